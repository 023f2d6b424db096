// The attributes of the log that is being read; nested objects become dotted keys.
import {
  CLOSE_OBJECT,
  COMMA,
  copied,
  copiedEnd,
  copyBytes,
  copyValue,
  DOT,
  isDigit,
  OPEN_OBJECT,
  plainEnd,
  QUOTE,
  skipSpace,
  valueAt,
} from './bytes.ts';
import {
  ATTRIBUTE_KEY_BYTES_MAX,
  ATTRIBUTE_PLACES,
  ATTRIBUTES_MAX,
  DEPTH_MAX,
  KEYS,
  LOG_BYTES_MAX,
  PATH,
  VALUES,
  WORD_BYTES,
  WORD_KEY_ROW,
  WORD_OBJECT_ROW,
  WORD_TEXT,
} from './shared.ts';
import { guessedEnd, isWord, numberOf, readWord, wordOf } from './words.ts';

/** The two bytes `{}`. */
const EMPTY_OBJECT: u16 = 0x7d7b;

/** Attributes so far, and where the next value goes. */
export let attributeCount: i32 = 0;
export let valuesEnd: i32 = VALUES;
/** Of the row: its number over all scans, its first attribute, and bytes of its keys and values. */
let row: i32 = 0;
let rowFirst: i32 = 0;
let rowFirstValue: i32 = VALUES;
export let rowBytes: i32 = 0;

/** Empties the columns. */
export function clearAttributes(): void {
  attributeCount = 0;
  valuesEnd = VALUES;
}

/** What follows belongs to a new row. */
export function beginAttributes(): void {
  row++;
  rowFirst = attributeCount;
  rowFirstValue = valuesEnd;
  rowBytes = 0;
}

/** Takes back what the row has. */
export function dropAttributes(): void {
  attributeCount = rowFirst;
  valuesEnd = rowFirstValue;
}

/** Whether the row has the key, as an attribute or as an object. */
function isTaken(key: i32): bool {
  return load<i32>(key, WORD_KEY_ROW) === row || load<i32>(key, WORD_OBJECT_ROW) === row;
}

/** Counts one more attribute of the row; false where it has as many as it may. */
function takeKey(key: i32): bool {
  if (attributeCount - rowFirst === ATTRIBUTES_MAX) return false;
  store<i32>(key, row, WORD_KEY_ROW);
  store<i32>(KEYS + (attributeCount << 2), numberOf(key));
  attributeCount++;
  rowBytes += load<i32>(key, WORD_BYTES);
  return true;
}

/** Where the word stands that the log before had in the place of the next attribute. */
function guessPlace(): i32 {
  return ATTRIBUTE_PLACES + ((attributeCount - rowFirst) << 2);
}

/** Reads the value at `at`, whose name is the word. Answers one past it; 0 where it is not plain. */
export function readAttribute(key: i32, at: i32): i32 {
  // JSON.parse puts names like "12" before all others.
  if (isDigit(load<u8>(load<i32>(key, WORD_TEXT))) && load<i32>(key, WORD_BYTES) > 0) return 0;
  return load<u8>(at) === OPEN_OBJECT ? readObject(key, at + 1, 1) : readValue(key, at);
}

function readValue(key: i32, at: i32): i32 {
  if (isTaken(key) || !takeKey(key)) return 0;
  const end = copyValue(at, valuesEnd);
  if (end === 0) return 0;
  valuesEnd = copiedEnd;
  rowBytes += copied;
  return rowBytes > LOG_BYTES_MAX ? 0 : end;
}

/** Reads the members of `attributes` from `at`, one past its brace. Answers one past its closing brace. */
export function readAttributes(at: i32): i32 {
  at = skipSpace(at);
  if (load<u8>(at) === CLOSE_OBJECT) return at + 1;
  while (true) {
    if (load<u8>(at) !== QUOTE) return 0;
    const place = guessPlace();
    let end = guessedEnd(at + 1, place);
    if (end === 0) end = readWord(at + 1, place, ATTRIBUTE_KEY_BYTES_MAX);
    if (end === 0) return 0;
    const key: i32 = load<i32>(place);
    at = valueAt(end);
    if (at === 0) return 0;
    at = readAttribute(key, at);
    if (at === 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte === CLOSE_OBJECT) return at + 1;
    if (byte !== COMMA) return 0;
    at = skipSpace(at + 1);
  }
}

/** Reads the members of an object whose path is the word, from `at`, one past its brace; `level` is that of the object around it. */
function readObject(path: i32, at: i32, level: i32): i32 {
  // JSON.parse keeps the last of two members of one name.
  if (level === DEPTH_MAX || isTaken(path)) return 0;
  store<i32>(path, row, WORD_OBJECT_ROW);
  at = skipSpace(at);
  if (load<u8>(at) === CLOSE_OBJECT) return takeEmpty(path) ? at + 1 : 0;
  const pathBytes: i32 = load<i32>(path, WORD_BYTES);
  copyBytes(PATH, load<i32>(path, WORD_TEXT), pathBytes);
  store<u8>(PATH + pathBytes, DOT);
  const into = PATH + pathBytes + 1;
  while (true) {
    const name = at + 1;
    if (load<u8>(at) !== QUOTE || isDigit(load<u8>(name))) return 0;
    const end = plainEnd(name);
    if (end === 0) return 0;
    const bytes = pathBytes + 1 + end - name;
    if (bytes > ATTRIBUTE_KEY_BYTES_MAX) return 0;
    copyBytes(into, name, end - name);
    const key = pathWord(bytes);
    at = key === 0 ? 0 : valueAt(end);
    if (at === 0) return 0;
    at = load<u8>(at) === OPEN_OBJECT ? readObject(key, at + 1, level + 1) : readValue(key, at);
    if (at === 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte === CLOSE_OBJECT) return at + 1;
    if (byte !== COMMA) return 0;
    at = skipSpace(at + 1);
  }
}

/** The word of the path that stands in PATH. */
function pathWord(bytes: i32): i32 {
  const place = guessPlace();
  const guess: i32 = load<i32>(place);
  if (guess !== 0 && isWord(guess, PATH, bytes)) return guess;
  const key = wordOf(PATH, bytes);
  if (key !== 0) store<i32>(place, key);
  return key;
}

function takeEmpty(path: i32): bool {
  if (!takeKey(path)) return false;
  store<u8>(valuesEnd, 2);
  store<u16>(valuesEnd + 1, EMPTY_OBJECT);
  valuesEnd += 3;
  rowBytes += 2;
  return true;
}
