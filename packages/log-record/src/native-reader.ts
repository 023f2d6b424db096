// Reads blocks of ClickHouse's Native format: of records that the store refused, of small ones that are joined, for live tails.
// What is stored is never decoded. The bytes may be damaged: every count is held against the bytes that are left before anything is
// made of it.
import { LOW_CARDINALITY } from './low-cardinality.ts';
import { uuidToText } from './uuid.ts';

/** Values by type: UUID text; DateTime64 bigint of its unit; Date days; integers numbers; String text; Map entries in order. */
export type NativeValue = string | number | bigint | readonly (readonly [string, string])[];

export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  /** Its values as they stand in the block; where they are there, a writer copies them. */
  readonly data?: Uint8Array;
  /** Decoded at the first look: a column that nobody looks at costs next to nothing. @throws RangeError as the reader */
  readonly values: readonly NativeValue[];
}

export interface NativeBlock {
  readonly rows: number;
  readonly columns: readonly NativeColumn[];
  /** Bytes of the input that the block took: the next one begins there. */
  readonly byteLength: number;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Goes past `length` bytes, and tells where they begin. */
function skip(cursor: Cursor, length: number): number {
  const from = cursor.at;
  const end = from + length;
  if (end > cursor.bytes.length) throw new RangeError(`the block ends at ${cursor.bytes.length}, ${end} is needed`);
  cursor.at = end;
  return from;
}

function take(cursor: Cursor, length: number): Buffer {
  const from = skip(cursor, length);
  return cursor.bytes.subarray(from, cursor.at);
}

function takeVarint(cursor: Cursor): number {
  const { bytes } = cursor;
  let value = 0;
  for (let factor = 1; factor <= Number.MAX_SAFE_INTEGER; factor *= 0x80) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new RangeError(`the block ends at ${bytes.length}, more is needed`);
    cursor.at += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number has no end');
}

/** A count of things of which each takes a byte at least: more than there are bytes cannot be. */
function checkCount(cursor: Cursor, count: number): number {
  const left = cursor.bytes.length - cursor.at;
  if (count > left) throw new RangeError(`${count} of something are announced in ${left} bytes`);
  return count;
}

function takeUInt64(cursor: Cursor): number {
  const at = skip(cursor, 8);
  const value = cursor.bytes.readUInt32LE(at) + cursor.bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
  // A number would lose its low bits: what tells where a column ends would say something else here than to ClickHouse.
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is more than a block can have of anything`);
  return value;
}

function takeText(cursor: Cursor): string {
  return take(cursor, takeVarint(cursor)).toString('utf8');
}

function repeat<T>(cursor: Cursor, count: number, read: () => T): T[] {
  return Array.from({ length: checkCount(cursor, count) }, read);
}

function takeUuid(cursor: Cursor): string {
  const words = take(cursor, 16);
  const id = Buffer.alloc(16);
  id.writeBigUInt64BE(words.readBigUInt64LE(0), 0);
  id.writeBigUInt64BE(words.readBigUInt64LE(8), 8);
  return uuidToText(id);
}

function takeVersion(cursor: Cursor): void {
  const version = takeUInt64(cursor);
  if (version !== LOW_CARDINALITY.version) throw new RangeError(`LowCardinality version ${version} is not known`);
}

/** Bytes of an index, by its type: UInt8, UInt16, UInt32. No block has more keys. */
const INDEX_WIDTHS = [1, 2, 4] as const;

interface Run<Keys> {
  readonly keys: Keys;
  readonly rows: number;
  readonly width: 1 | 2 | 4;
  readonly indexes: Buffer;
}

/** The next run of a LowCardinality(String) column, of `rowsMax` at most; indexes refer to its own dictionary. */
function takeRun<Keys>(cursor: Cursor, rowsMax: number, takeKeys: (cursor: Cursor, count: number) => Keys): Run<Keys> {
  const flags = takeUInt64(cursor);
  const width = INDEX_WIDTHS[flags & 0xff];
  if (width === undefined || (flags & LOW_CARDINALITY.hasAdditionalKeys) === 0 || (flags & 0x100) !== 0)
    throw new RangeError(`index type ${flags} is not supported`);
  const keys = takeKeys(cursor, checkCount(cursor, takeUInt64(cursor)));
  const rows = takeUInt64(cursor);
  if (rows === 0 || rows > rowsMax) throw new RangeError(`a run has ${rows} rows`);
  return { keys, rows, width, indexes: take(cursor, rows * width) };
}

function takeTexts(cursor: Cursor, count: number): readonly string[] {
  return repeat(cursor, count, () => takeText(cursor));
}

function takeRuns(cursor: Cursor, rows: number): string[] {
  const values: string[] = [];
  while (values.length < rows) {
    const { keys, width, indexes } = takeRun(cursor, rows - values.length, takeTexts);
    for (let at = 0; at < indexes.length; at += width) {
      const key = keys[indexes.readUIntLE(at, width)];
      if (key === undefined) throw new RangeError('an index is beyond its dictionary');
      values.push(key);
    }
  }
  return values;
}

/** Offsets behind each row's last pair. */
function takeEnds(cursor: Cursor, rows: number): readonly number[] {
  const ends: number[] = [];
  let last = 0;
  for (let left = checkCount(cursor, rows); left > 0; left--) {
    const end = takeUInt64(cursor);
    if (end < last) throw new RangeError('a map ends before it begins');
    ends.push(end);
    last = end;
  }
  checkCount(cursor, last);
  return ends;
}

function takeMap(cursor: Cursor, rows: number): (readonly [string, string])[][] {
  takeVersion(cursor);
  const ends = takeEnds(cursor, rows);
  const keys = takeRuns(cursor, ends.at(-1) ?? 0);
  const pairs = keys.map((key) => [key, takeText(cursor)] as const);
  return ends.map((end, row) => pairs.slice(row === 0 ? 0 : ends[row - 1], end));
}

/** The values of one column; none of the types takes less than a byte a row. */
function takeValues(cursor: Cursor, type: string, rows: number): readonly NativeValue[] {
  if (rows === 0) return [];
  if (type === 'UUID') return repeat(cursor, rows, () => takeUuid(cursor));
  if (type.startsWith('DateTime64(')) return repeat(cursor, rows, () => take(cursor, 8).readBigInt64LE());
  if (type === 'String') return repeat(cursor, rows, () => takeText(cursor));
  if (type === 'Date') return repeat(cursor, rows, () => take(cursor, 2).readUInt16LE());
  if (type === 'UInt8') return repeat(cursor, rows, () => take(cursor, 1).readUInt8());
  if (type === 'UInt32') return repeat(cursor, rows, () => take(cursor, 4).readUInt32LE());
  if (type === 'Map(LowCardinality(String), String)') return takeMap(cursor, rows);
  if (type === 'LowCardinality(String)') {
    takeVersion(cursor);
    return takeRuns(cursor, rows);
  }
  throw new RangeError(`type ${type} is not supported`);
}

/** Bytes of a value of the types of fixed width. */
function widthOf(type: string): number | undefined {
  if (type.startsWith('DateTime64(')) return 8;
  return { UUID: 16, Date: 2, UInt8: 1, UInt32: 4 }[type];
}

/** Makes no buffer: a block may have millions of them. */
function skipStrings(cursor: Cursor, count: number): void {
  for (let left = count; left > 0; left--) skip(cursor, takeVarint(cursor));
}

function skipRuns(cursor: Cursor, rows: number): void {
  for (let left = rows; left > 0; ) left -= takeRun(cursor, left, skipStrings).rows;
}

/** Goes past one column: as much of it is looked at as tells where it ends. */
function skipValues(cursor: Cursor, type: string, rows: number): void {
  const width = widthOf(type);
  if (rows === 0) return;
  if (width !== undefined) skip(cursor, rows * width);
  else if (type === 'String') skipStrings(cursor, rows);
  else if (type === 'LowCardinality(String)') {
    takeVersion(cursor);
    skipRuns(cursor, rows);
  } else if (type === 'Map(LowCardinality(String), String)') {
    takeVersion(cursor);
    const pairs = takeEnds(cursor, rows).at(-1) ?? 0;
    skipRuns(cursor, pairs);
    skipStrings(cursor, pairs);
  } else throw new RangeError(`type ${type} is not supported`);
}

/**
 * Of a map column's data, as they stand in it: offsets behind each row's last pair, runs of keys, values.
 * @throws RangeError as the reader
 */
export function takeMapApart(data: Uint8Array, rows: number) {
  const cursor: Cursor = { bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength), at: 0 };
  takeVersion(cursor);
  const ends = takeEnds(cursor, rows);
  const keysAt = cursor.at;
  skipRuns(cursor, ends.at(-1) ?? 0);
  return { ends, keys: data.subarray(keysAt, cursor.at), values: data.subarray(cursor.at) };
}

function takeColumn(cursor: Cursor, rows: number): NativeColumn {
  const name = takeText(cursor);
  const type = takeText(cursor);
  const from = cursor.at;
  skipValues(cursor, type, rows);
  const data = cursor.bytes.subarray(from, cursor.at);
  let values: readonly NativeValue[] | undefined;
  return {
    name,
    type,
    data,
    get values() {
      values ??= takeValues({ bytes: data, at: 0 }, type, rows);
      return values;
    },
  };
}

/**
 * Reads the first block of `bytes`, whatever they are; time and memory stay within a small multiple of their length.
 * @throws RangeError, and nothing else, when it is cut short, damaged, or of a type that logs do not have
 */
export function readNativeBlock(bytes: Uint8Array): NativeBlock {
  const cursor: Cursor = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  const columnCount = takeVarint(cursor);
  const rows = takeVarint(cursor);
  const columns = repeat(cursor, columnCount, () => takeColumn(cursor, rows));
  return { rows, columns, byteLength: cursor.at };
}

/** The block's rows as objects, by column name. */
export function nativeRows(block: NativeBlock): Record<string, NativeValue>[] {
  return Array.from({ length: block.rows }, (_, row) => {
    const values: [string, NativeValue][] = [];
    for (const { name, values: column } of block.columns) {
      const value = column[row];
      if (value !== undefined) values.push([name, value]);
    }
    return Object.fromEntries(values);
  });
}
