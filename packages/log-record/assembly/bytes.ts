// Sixteen bytes at a time: where a text of JSON ends, and its copy into a column. Addresses are in bytes; 0 = it cannot be read here.
import { LOG_BYTES_MAX } from './shared.ts';

export const QUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const DOT: u8 = 0x2e;
export const MINUS: u8 = 0x2d;
export const ZERO: u8 = 0x30;
export const OPEN_OBJECT: u8 = 0x7b;
export const CLOSE_OBJECT: u8 = 0x7d;
export const LOWER_N: u8 = 0x6e;
const LOWER_U: u8 = 0x75;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const TAB: u8 = 0x09;

/** Decimals of so many digits all have a double of their own, and that prints as they are written. */
const EXACT_DIGITS = 15;
/** Below 1e-6 a number prints with an exponent. */
const ZEROS_AFTER_DOT_MAX = 5;
const TRUE: i32 = 0x65757274;
const NULL: i32 = 0x6c6c756e;
const FALS: i32 = 0x736c6166;

/** Whether a line feed is white space, as it is in JSON, or ends a log, as in NDJSON. */
let spansLines = true;
/** Bytes of the text that was copied last, and one past it in its column. */
export let copied: i32 = 0;
export let copiedEnd: i32 = 0;

/** Says whether logs may span lines. */
export function spanLines(span: bool): void {
  spansLines = span;
}

/** The next byte that is no white space. */
export function skipSpace(at: i32): i32 {
  while (true) {
    const byte = load<u8>(at);
    if (byte > SPACE) return at;
    if (byte !== SPACE && byte !== TAB && byte !== CR && (byte !== LF || !spansLines)) return at;
    at++;
  }
}

/** Where the value begins whose name's closing quote is at `at`. */
export function valueAt(at: i32): i32 {
  at++;
  if (load<u8>(at) !== COLON) {
    at = skipSpace(at);
    if (load<u8>(at) !== COLON) return 0;
  }
  return skipSpace(at + 1);
}

/** A bit for each of the sixteen bytes that does not stand for itself in a text: quotes, backslashes, control characters. */
function notPlain(bytes: v128): i32 {
  const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
  const quotes = i8x16.eq(bytes, i8x16.splat(0x22));
  const backslashes = i8x16.eq(bytes, i8x16.splat(0x5c));
  return i8x16.bitmask(v128.or(controls, v128.or(quotes, backslashes)));
}

/** The closing quote of the text that begins at `at`; 0 where it has an escape, or no end. */
export function plainEnd(at: i32): i32 {
  let found = notPlain(v128.load(at));
  while (found === 0) {
    at += 16;
    found = notPlain(v128.load(at));
  }
  at += ctz(found);
  return load<u8>(at) === QUOTE ? at : 0;
}

/** Whether the bytes at both places are the same. Up to fifteen bytes behind them are read. */
export function same(at: i32, other: i32, bytes: i32): bool {
  while (bytes > 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other))) !== 0xffff) return false;
    at += 16;
    other += 16;
    bytes -= 16;
  }
  const mask = (1 << bytes) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other))) & mask) === mask;
}

/** Copies bytes to where they do not overlap; up to fifteen behind them are copied, too. */
export function copyBytes(to: i32, at: i32, bytes: i32): void {
  for (const end = at + bytes; at < end; at += 16, to += 16) v128.store(to, v128.load(at));
}

/** Moves 16 bytes or more up by one or two; some behind them are moved, too. */
function moveUp(at: i32, by: i32, bytes: i32): void {
  const head = v128.load(at);
  for (let rest = bytes - 16; rest > 0; rest -= 16) v128.store(at + by + rest, v128.load(at + rest));
  v128.store(at + by, head);
}

function escaped(letter: u8): u8 {
  switch (letter) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
      return letter;
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return LF;
    case 0x72: // r
      return CR;
    case 0x74: // t
      return TAB;
    default:
      return 0;
  }
}

/** A code unit in four hexadecimal digits, or -1. */
function hexUnit(at: i32): i32 {
  let unit = 0;
  for (const end = at + 4; at < end; at++) {
    const byte = load<u8>(at);
    const letter = ((byte | 0x20) - 0x61) as u8;
    if (isDigit(byte)) unit = (unit << 4) | ((byte - ZERO) as i32);
    else if (letter < 6) unit = (unit << 4) | ((letter + 10) as i32);
    else return -1;
  }
  return unit;
}

/** What `readCodePoint` read. */
let codePoint = 0;

/** Reads what the \u at `at` stands for, with its second half where it is one of a pair. Answers one past it, or 0. */
function readCodePoint(at: i32): i32 {
  codePoint = hexUnit(at + 2);
  if (codePoint < 0) return 0;
  at += 6;
  if ((codePoint & 0xfc00) === 0xd800 && load<u8>(at) === BACKSLASH && load<u8>(at + 1) === LOWER_U) {
    const low = hexUnit(at + 2);
    if ((low & 0xfc00) === 0xdc00) {
      codePoint = 0x10000 + ((codePoint & 0x3ff) << 10) + (low & 0x3ff);
      return at + 6;
    }
  }
  // One half alone is no character: it is stored as U+FFFD.
  if ((codePoint & 0xf800) === 0xd800) codePoint = 0xfffd;
  return at;
}

/** Writes it as UTF-8 and answers the place behind it. */
function writeCodePoint(to: i32): i32 {
  if (codePoint < 0x80) {
    store<u8>(to, codePoint as u8);
    return to + 1;
  }
  const bytes = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  const end = to + bytes;
  let rest = codePoint;
  for (let at = end - 1; at > to; at--) {
    store<u8>(at, (0x80 | (rest & 0x3f)) as u8);
    rest >>= 6;
  }
  store<u8>(to, ((0xf00 >> bytes) | rest) as u8);
  return end;
}

/**
 * Copies the text that begins at `at` to `column`, behind its length. Answers one past its closing quote, and where it ends
 * in `copiedEnd`; 0 where it is longer than a log may be, or is not JSON.
 */
export function copyString(at: i32, column: i32): i32 {
  const start = column + 1;
  const limit = start + LOG_BYTES_MAX;
  let to = start;
  while (true) {
    const bytes = v128.load(at);
    v128.store(to, bytes);
    const found = notPlain(bytes);
    if (found === 0) {
      at += 16;
      to += 16;
      if (to > limit) return 0;
      continue;
    }
    const plain: i32 = ctz(found);
    at += plain;
    to += plain;
    const byte = load<u8>(at);
    if (byte === QUOTE) break;
    if (byte !== BACKSLASH || to > limit) return 0;
    const letter = load<u8>(at + 1);
    if (letter === LOWER_U) {
      at = readCodePoint(at);
      if (at === 0) return 0;
      to = writeCodePoint(to);
    } else {
      const meaning = escaped(letter);
      if (meaning === 0) return 0;
      store<u8>(to, meaning);
      at += 2;
      to++;
    }
  }
  copied = to - start;
  if (copied < 0x80) {
    store<u8>(column, copied as u8);
    copiedEnd = to;
  } else {
    const prefix: i32 = copied < 0x4000 ? 2 : 3;
    moveUp(start, prefix - 1, copied);
    store<u8>(column, ((copied & 0x7f) | 0x80) as u8);
    if (prefix === 2) store<u8>(column + 1, (copied >> 7) as u8);
    else {
      store<u8>(column + 1, (((copied >> 7) & 0x7f) | 0x80) as u8);
      store<u8>(column + 2, (copied >> 14) as u8);
    }
    copiedEnd = column + prefix + copied;
  }
  return at + 1;
}

/** The same for a value that is a text, a number, true, false or null. */
export function copyValue(at: i32, column: i32): i32 {
  const byte = load<u8>(at);
  if (byte === QUOTE) return copyString(at + 1, column);
  const end = byte === MINUS || isDigit(byte) ? exactNumberEnd(at) : literalEnd(at);
  if (end === 0) return 0;
  // No number that is exact, and no literal, has more than 17 bytes.
  v128.store(column + 1, v128.load(at));
  store<u8>(column + 17, load<u8>(at + 16));
  copied = end - at;
  store<u8>(column, copied as u8);
  copiedEnd = column + 1 + copied;
  return end;
}

/** One past true, false or null. */
export function literalEnd(at: i32): i32 {
  const four = load<i32>(at);
  if (four === TRUE || four === NULL) return at + 4;
  return four === FALS && load<u8>(at + 4) === 0x65 ? at + 5 : 0;
}

/** Whether the byte is one of 0 to 9. */
export function isDigit(byte: u8): bool {
  return ((byte - ZERO) as u8) <= 9;
}

function digitsEnd(at: i32): i32 {
  while (isDigit(load<u8>(at))) at++;
  return at;
}

/** One past the number at `at` where JavaScript would print it as it is written; 0 for any other (1.0, 1e3, -0, 0.1e-9). */
export function exactNumberEnd(at: i32): i32 {
  const first = load<u8>(at) === MINUS ? at + 1 : at;
  const whole = digitsEnd(first);
  const isZero = load<u8>(first) === ZERO;
  if (whole === first || (isZero && whole > first + 1)) return 0;
  let end = whole;
  if (load<u8>(whole) === DOT) {
    end = digitsEnd(whole + 1);
    if (end === whole + 1 || load<u8>(end - 1) === ZERO) return 0;
    let zeros: i32 = 0;
    while (load<u8>(whole + 1 + zeros) === ZERO) zeros++;
    if (isZero && zeros > ZEROS_AFTER_DOT_MAX) return 0;
  } else if (isZero && first > at) return 0;
  // An exponent; any other byte that may not follow is found by whoever looks for a comma.
  const next = load<u8>(end) | 0x20;
  return next === 0x65 || end - first > EXACT_DIGITS ? 0 : end;
}
