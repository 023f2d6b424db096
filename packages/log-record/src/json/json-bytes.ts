// The JSON text of a body as bytes, where the scanner reads it; and what each byte is to it (RFC 8259).
import { KEPT_BYTES_MAX } from '../string-column.ts';

export interface JsonBytes {
  /** Well-formed UTF-8; zeros follow after `end`, which end any loop over a token, then a newline, which ends a search for one. */
  bytes: Uint8Array;
  /** The same memory, for four bytes at a time. */
  view: DataView;
  /** The next byte to read. */
  at: number;
  end: number;
  /** UTF-8 bytes of the text that was copied last. */
  copied: number;
  /** The dotted path of the nested object that is being read. */
  readonly path: Uint8Array;
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
const SPACE = 0x20;
const LF = 0x0a;

/** Reads of four bytes may begin at the last one. */
const ZEROS = 8;
const INITIAL_BYTES = 64 * 1024;
/** A prefix of dots and names, none longer than a key may be, and a name before it is found to be too long. */
const PATH_BYTES = 1024;

/** 0 for what stands for itself in a string; quotes, backslashes and control characters do not. */
export const NOT_PLAIN = new Uint8Array(256).fill(1, 0, SPACE);
NOT_PLAIN[QUOTE] = 1;
NOT_PLAIN[BACKSLASH] = 1;

/** An empty text; one is enough for a process, as a body is read in one go. */
export function createJsonBytes(): JsonBytes {
  const bytes = new Uint8Array(INITIAL_BYTES);
  return { bytes, view: new DataView(bytes.buffer), at: 0, end: 0, copied: 0, path: new Uint8Array(PATH_BYTES) };
}

/** Copies a body in; it must be well-formed UTF-8. */
export function loadJson(text: JsonBytes, body: Uint8Array): void {
  const needed = body.byteLength + ZEROS + 1;
  if (needed > text.bytes.length || (text.bytes.length > KEPT_BYTES_MAX && needed < KEPT_BYTES_MAX)) {
    text.bytes = new Uint8Array(Math.max(needed + (needed >>> 2), INITIAL_BYTES));
    text.view = new DataView(text.bytes.buffer);
  }
  text.bytes.set(body);
  text.bytes.fill(0, body.byteLength, needed - 1);
  text.bytes[needed - 1] = LF;
  text.at = 0;
  text.end = body.byteLength;
}

/** The next byte that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] ?? 0;
  while (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? 0;
  return at;
}

/** The closing quote of the string whose text begins at `at`; -1 where it has an escape, or no end. */
export function plainEnd(bytes: Uint8Array, at: number): number {
  while (NOT_PLAIN[bytes[at] ?? 0] === 0) at++;
  return bytes[at] === QUOTE ? at : -1;
}

/** One past the object that begins at `at`, by its quotes and braces alone; -1 where it has no end. */
export function objectEnd(text: JsonBytes, at: number): number {
  const { bytes, end } = text;
  let depth = 0;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; at < end && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_OBJECT && --depth === 0) return at + 1;
  }
  return -1;
}
