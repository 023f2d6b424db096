// The JSON text of a body as bytes, in the scanner's memory.
import { BODY, BODY_ROOM, BODY_ZEROS } from '../../assembly/shared.ts';
import { KEPT_BYTES_MAX } from '../string-column.ts';
import { createScanner, type Scanner } from './scanner.ts';

export interface JsonBytes {
  /** Well-formed UTF-8; zeros follow after `end`, which end any loop over a token. */
  bytes: Uint8Array;
  /** The next byte to read. */
  at: number;
  end: number;
  scanner: Scanner;
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
const SPACE = 0x20;

const INITIAL_BYTES = 64 * 1024;

/** An empty text; one is enough for a process, as a body is read in one go. */
export function createJsonBytes(): JsonBytes {
  const scanner = createScanner(INITIAL_BYTES);
  return { bytes: scanner.bytes.subarray(BODY), at: 0, end: 0, scanner };
}

/** Copies a body in; it must be well-formed UTF-8. */
export function loadJson(text: JsonBytes, body: Uint8Array): void {
  const needed = body.byteLength + BODY_ROOM;
  if (needed > text.bytes.length) {
    text.scanner.reserve(Math.max(needed + (needed >>> 2), INITIAL_BYTES));
    text.bytes = text.scanner.bytes.subarray(BODY);
  } else if (text.bytes.length > KEPT_BYTES_MAX && needed < KEPT_BYTES_MAX) {
    // Memory never shrinks: that of one huge body is let go with its scanner.
    text.scanner = createScanner(Math.max(needed, INITIAL_BYTES));
    text.bytes = text.scanner.bytes.subarray(BODY);
  }
  text.bytes.set(body);
  text.bytes.fill(0, body.byteLength, body.byteLength + BODY_ZEROS);
  text.at = 0;
  text.end = body.byteLength;
}

/** The next byte that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] ?? 0;
  while (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? 0;
  return at;
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
