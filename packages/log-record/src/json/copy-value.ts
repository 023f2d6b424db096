// Copies a value of JSON as text from a body into a column, byte by byte: no string is ever made of it.
import { LOG_LIMITS } from '../limits.ts';
import { pushBytes, reserve, type StringColumn, varintBytes, writeVarint } from '../string-column.ts';
import { BACKSLASH, type JsonBytes, NOT_PLAIN, QUOTE } from './json-bytes.ts';

/** What a letter after a backslash stands for; 0 = nothing, or a code unit in hex, which is left to JSON.parse. */
const ESCAPES = new Uint8Array(256);
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [...pair]))
  ESCAPES[letter?.charCodeAt(0) ?? 0] = meaning?.charCodeAt(0) ?? 0;

/** Room beyond the text: its length, and the last step of four bytes. */
const ROOM_BYTES = 16;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** Decimals of so many digits all have a double of their own, and that prints as they are written. */
const EXACT_DIGITS = 15;
/** Below 1e-6 a number prints with an exponent. */
const ZEROS_AFTER_DOT_MAX = 5;
const LITERALS = ['true', 'false', 'null'].map((literal) => Buffer.from(literal));

/**
 * Appends the string whose text begins at `at` to the column. Answers one past its closing quote, and its bytes in
 * `text.copied`; -1 where it is longer than a log may be, has an escape like \u00e9, or is not JSON: what was written is
 * behind the column's length then.
 */
export function copyString(text: JsonBytes, at: number, column: StringColumn): number {
  const limit = Math.min(text.end, at + LOG_LIMITS.logBytesMax);
  reserve(column, limit - at + ROOM_BYTES);
  const { bytes, view } = text;
  const into = column.bytes;
  const intoView = column.view;
  const start = column.length + 1;
  let to = start;
  for (;;) {
    // Four at a time while none of them is a control character, a quote or a backslash (the borrow tells of a zero byte).
    while (at < limit) {
      const four = view.getInt32(at, true);
      const quotes = four ^ 0x22222222;
      const backslashes = four ^ 0x5c5c5c5c;
      const found =
        ((four - 0x20202020) & ~four) | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
      if ((found & 0x80808080) !== 0) break;
      intoView.setInt32(to, four, true);
      at += 4;
      to += 4;
    }
    if (at >= limit) return -1;
    let byte = bytes[at] ?? 0;
    while (NOT_PLAIN[byte] === 0) {
      into[to++] = byte;
      byte = bytes[++at] ?? 0;
    }
    if (byte === QUOTE) break;
    const meaning = byte === BACKSLASH ? (ESCAPES[bytes[at + 1] ?? 0] ?? 0) : 0;
    if (meaning === 0) return -1;
    into[to++] = meaning;
    at += 2;
  }
  const length = to - start;
  text.copied = length;
  if (length < 0x80) into[start - 1] = length;
  else {
    const prefix = varintBytes(length);
    into.copyWithin(start - 1 + prefix, start, to);
    writeVarint(into, length, start - 1);
    to += prefix - 1;
  }
  column.length = to;
  return at + 1;
}

/** The same for a value that is a string, a number, true, false or null. */
export function copyValue(text: JsonBytes, at: number, column: StringColumn): number {
  const { bytes } = text;
  const byte = bytes[at] ?? 0;
  if (byte === QUOTE) return copyString(text, at + 1, column);
  const end = byte === MINUS || (byte >= ZERO && byte <= NINE) ? exactNumberEnd(bytes, at) : literalEnd(bytes, at);
  if (end < 0) return -1;
  pushBytes(column, bytes, at, end);
  text.copied = end - at;
  return end;
}

/** One past true, false or null, or -1. */
export function literalEnd(bytes: Uint8Array, at: number): number {
  for (const literal of LITERALS) {
    let same = 0;
    while (same < literal.length && bytes[at + same] === literal[same]) same++;
    if (same === literal.length) return at + same;
  }
  return -1;
}

function digitsEnd(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] ?? 0;
  while (byte >= ZERO && byte <= NINE) byte = bytes[++at] ?? 0;
  return at;
}

/** One past the number at `at` where JavaScript would print it as it is written; -1 for any other (1.0, 1e3, -0, 0.1e-9). */
export function exactNumberEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  const whole = digitsEnd(bytes, first);
  const isZero = bytes[first] === ZERO;
  if (whole === first || (isZero && whole > first + 1)) return -1;
  let end = whole;
  if (bytes[whole] === DOT) {
    end = digitsEnd(bytes, whole + 1);
    if (end === whole + 1 || bytes[end - 1] === ZERO) return -1;
    let zeros = 0;
    while (bytes[whole + 1 + zeros] === ZERO) zeros++;
    if (isZero && zeros > ZEROS_AFTER_DOT_MAX) return -1;
  } else if (isZero && first > at) return -1;
  const next = bytes[end] ?? 0;
  // An exponent; any other byte that may not follow is found by whoever looks for a comma.
  if (next === 0x65 || next === 0x45 || end - first > EXACT_DIGITS) return -1;
  return end;
}
