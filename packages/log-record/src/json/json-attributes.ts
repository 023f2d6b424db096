// Attributes read straight from a body: nested objects become dotted keys; what is not plain is left to JSON.parse.
import { type AttributeColumn, coverKeys, keyIsObject, takeKey, takeObject } from '../attribute-column.ts';
import { indexOfBytes, keyEndAt } from '../dictionary.ts';
import { LOG_LIMITS } from '../limits.ts';
import { pushBytes } from '../string-column.ts';
import { copyValue } from './copy-value.ts';
import { CLOSE_OBJECT, COLON, COMMA, type JsonBytes, OPEN_OBJECT, plainEnd, QUOTE, skipSpace } from './json-bytes.ts';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const EMPTY_OBJECT = Buffer.from('{}');

/** JSON.parse puts names like "12" before all others. */
export function beginsWithDigit(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at] ?? 0;
  return byte >= ZERO && byte <= NINE;
}

/**
 * Reads the members of `attributes` from `at`, one past its brace. Answers one past its closing brace; -1 where it is not
 * JSON or not plain: arrays, keys with escapes, too long or twice in a row, numbers that print otherwise.
 */
export function readAttributes(column: AttributeColumn, text: JsonBytes, at: number): number {
  const { bytes } = text;
  at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    if (bytes[at] !== QUOTE) return -1;
    const name = at + 1;
    const place = column.count - column.rowFirst;
    const guess = place < LOG_LIMITS.attributesMax ? (column.placeIndexes[place] ?? -1) : -1;
    let end = guess >= 0 ? keyEndAt(column.keys, guess, bytes, name) : -1;
    const index = end >= 0 && bytes[end] === QUOTE ? guess : -1;
    if (index < 0) end = plainEnd(bytes, name);
    if (end < 0) return -1;
    at = valueAt(bytes, end);
    if (at < 0) return -1;
    at =
      index >= 0 && bytes[at] !== OPEN_OBJECT
        ? takeValue(column, text, index, at)
        : readAttribute(column, text, name, end, at);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** Where the value begins whose name's closing quote is at `at`; -1 where there is no colon. */
export function valueAt(bytes: Uint8Array, at: number): number {
  at = skipSpace(bytes, at + 1);
  return bytes[at] === COLON ? skipSpace(bytes, at + 1) : -1;
}

/** Reads one attribute of the log or of `attributes`: its name lies from `name` to `end`, its value begins at `at`. */
export function readAttribute(column: AttributeColumn, text: JsonBytes, name: number, end: number, at: number): number {
  const { bytes, path } = text;
  if (beginsWithDigit(bytes, name)) return -1;
  if (bytes[at] !== OPEN_OBJECT) {
    const place = column.count - column.rowFirst;
    const index = indexOfKey(column, bytes, name, end);
    if (index < 0) return -1;
    column.placeIndexes[place] = index;
    if (place >= column.placesUsed) column.placesUsed = place + 1;
    return takeValue(column, text, index, at);
  }
  if (end - name > LOG_LIMITS.attributeKeyBytesMax) return -1;
  let length = 0;
  while (name < end) path[length++] = bytes[name++] ?? 0;
  return readNested(column, text, length, at + 1, 1);
}

/** Reads the members of an object that is the value of `text.path`, `length` bytes; `level` is that of the object around it. */
function readNested(column: AttributeColumn, text: JsonBytes, length: number, at: number, level: number): number {
  const { bytes, path } = text;
  // JSON.parse keeps the last of two members of one name.
  if (level === LOG_LIMITS.depthMax || !takeObject(column, path, length)) return -1;
  at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_OBJECT) {
    const index = indexOfKey(column, path, 0, length);
    if (index < 0) return -1;
    takeKey(column, index);
    pushBytes(column.values, EMPTY_OBJECT, 0, EMPTY_OBJECT.length);
    column.rowBytes += EMPTY_OBJECT.length;
    return at + 1;
  }
  path[length] = DOT;
  for (;;) {
    if (bytes[at] !== QUOTE || beginsWithDigit(bytes, at + 1)) return -1;
    let name = at + 1;
    const end = plainEnd(bytes, name);
    if (end < 0 || length + 1 + end - name > LOG_LIMITS.attributeKeyBytesMax) return -1;
    let pathEnd = length + 1;
    while (name < end) path[pathEnd++] = bytes[name++] ?? 0;
    at = valueAt(bytes, end);
    if (at < 0) return -1;
    if (bytes[at] === OPEN_OBJECT) at = readNested(column, text, pathEnd, at + 1, level + 1);
    else {
      const index = indexOfKey(column, path, 0, pathEnd);
      at = index < 0 ? -1 : takeValue(column, text, index, at);
    }
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** The index of a key, new or known; -1 where it is too long, or the row has too many. */
function indexOfKey(column: AttributeColumn, bytes: Uint8Array, start: number, end: number): number {
  const place = column.count - column.rowFirst;
  if (end - start > LOG_LIMITS.attributeKeyBytesMax || place === LOG_LIMITS.attributesMax) return -1;
  const index = indexOfBytes(column.keys, bytes, start, end);
  coverKeys(column);
  return index;
}

/** Appends the value at `at` under the key; -1 where the row has that key already. */
function takeValue(column: AttributeColumn, text: JsonBytes, index: number, at: number): number {
  if (column.rowOfKey[index] === column.row || keyIsObject(column, index)) return -1;
  takeKey(column, index);
  const end = copyValue(text, at, column.values);
  column.rowBytes += text.copied;
  return column.rowBytes > LOG_LIMITS.logBytesMax ? -1 : end;
}
