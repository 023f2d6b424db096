// The column of attributes, Map(LowCardinality(String), String): keys of all rows in one dictionary, values end to end.
import {
  clearDictionary,
  createDictionary,
  cutDictionary,
  type Dictionary,
  doubled,
  findText,
  indexOfText,
} from './dictionary.ts';
import { LOG_LIMITS } from './limits.ts';
import { clearStringColumn, createStringColumn, KEPT_BYTES_MAX, pushText, type StringColumn } from './string-column.ts';

export interface AttributeColumn {
  readonly keys: Dictionary;
  readonly values: StringColumn;
  /** The key of each attribute of the batch, as its index. */
  keyIndexes: Int32Array;
  count: number;
  /** By key index: the last row (counted from 1) that has it, so that a second writer in one row is seen. */
  rowOfKey: Int32Array;
  /** The row being written: its number, where it began, and bytes of text so far. */
  row: number;
  rowFirst: number;
  rowFirstValueByte: number;
  rowFirstKey: number;
  rowBytes: number;
}

const INITIAL_ATTRIBUTES = 4096;
const INITIAL_KEYS = 256;
const VALUE_BYTES = 64 * 1024;

/** An empty column. */
export function createAttributeColumn(): AttributeColumn {
  return {
    keys: createDictionary(),
    values: createStringColumn(VALUE_BYTES),
    keyIndexes: new Int32Array(INITIAL_ATTRIBUTES),
    count: 0,
    rowOfKey: new Int32Array(INITIAL_KEYS),
    row: 0,
    rowFirst: 0,
    rowFirstValueByte: 0,
    rowFirstKey: 0,
    rowBytes: 0,
  };
}

/** Empties the column. */
export function clearAttributes(column: AttributeColumn): void {
  column.rowOfKey.fill(0, 0, column.keys.count);
  clearDictionary(column.keys);
  clearStringColumn(column.values);
  if (column.keyIndexes.length * 4 > KEPT_BYTES_MAX) column.keyIndexes = new Int32Array(INITIAL_ATTRIBUTES);
  if (column.rowOfKey.length * 4 > KEPT_BYTES_MAX) column.rowOfKey = new Int32Array(INITIAL_KEYS);
  column.count = 0;
  column.row = 0;
}

/** Every following attribute belongs to a new row. */
export function beginAttributes(column: AttributeColumn): void {
  column.row++;
  column.rowFirst = column.count;
  column.rowFirstValueByte = column.values.length;
  column.rowFirstKey = column.keys.count;
  column.rowBytes = 0;
}

/** Takes the row's attributes back, the keys that it brought included. */
export function dropAttributes(column: AttributeColumn): void {
  cutAttributes(column, column.rowFirst, column.rowFirstValueByte, column.rowFirstKey);
}

/** Takes back all but the first so many attributes, bytes of values, and keys. */
export function cutAttributes(column: AttributeColumn, count: number, valueBytes: number, keys: number): void {
  column.count = count;
  column.values.length = valueBytes;
  if (column.keys.count > keys) {
    column.rowOfKey.fill(0, keys, column.keys.count);
    cutDictionary(column.keys, keys);
  }
}

/** Makes room for what is told of each key, of which there may be more now. */
export function coverKeys(column: AttributeColumn): void {
  while (column.keys.count > column.rowOfKey.length) column.rowOfKey = doubled(column.rowOfKey);
}

/** Makes room for so many attributes more. */
export function coverAttributes(column: AttributeColumn, more: number): void {
  while (column.count + more > column.keyIndexes.length) column.keyIndexes = doubled(column.keyIndexes);
}

/** The index of a key, new or known; -1 where it is longer than allowed. */
function indexOfKey(column: AttributeColumn, key: string): number {
  if (key.length * 3 > LOG_LIMITS.attributeKeyBytesMax && Buffer.byteLength(key) > LOG_LIMITS.attributeKeyBytesMax)
    return -1;
  const index = indexOfText(column.keys, key);
  coverKeys(column);
  return index;
}

/** The index of the first of `<key>#2`, `<key>#3`… that the row has not; -1 where it is longer than allowed. */
function indexOfRepeat(column: AttributeColumn, key: string): number {
  for (let repeat = 2; ; repeat++) {
    const index = indexOfKey(column, `${key}#${repeat}`);
    if (index < 0 || column.rowOfKey[index] !== column.row) return index;
  }
}

/** Whether the row has an attribute of this key already. */
export function rowHasKey(column: AttributeColumn, key: string): boolean {
  const index = findText(column.keys, key);
  return index >= 0 && column.rowOfKey[index] === column.row;
}

/**
 * Appends one attribute to the row; a key that the row has already becomes `<key>#2` (then `#3`…).
 * False, with nothing appended, where the key is too long. The caller holds the count of attributes and of bytes.
 */
export function pushAttribute(column: AttributeColumn, key: string, value: string): boolean {
  let index = indexOfKey(column, key);
  if (index >= 0 && column.rowOfKey[index] === column.row) index = indexOfRepeat(column, key);
  if (index < 0) return false;
  takeKey(column, index);
  column.rowBytes += pushText(column.values, value);
  return true;
}

/** Counts one more attribute of the row, whose value follows in `values`. */
function takeKey(column: AttributeColumn, index: number): void {
  column.rowOfKey[index] = column.row;
  coverAttributes(column, 1);
  column.keyIndexes[column.count++] = index;
  column.rowBytes += column.keys.keyBytes[index] ?? 0;
}
