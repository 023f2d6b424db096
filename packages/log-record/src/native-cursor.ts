// The parts of a block of ClickHouse's Native format, taken or gone past one after the other. The bytes may be damaged: every count is
// held against the bytes that are left before anything is made of it, and what is wrong is a RangeError.
import { LOW_CARDINALITY } from './low-cardinality.ts';

export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** At the beginning of `bytes`, which are not copied. */
export function cursorOf(bytes: Uint8Array): Cursor {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** Goes past `length` bytes, and tells where they begin. */
export function skip(cursor: Cursor, length: number): number {
  const from = cursor.at;
  const end = from + length;
  if (end > cursor.bytes.length) throw new RangeError(`the block ends at ${cursor.bytes.length}, ${end} is needed`);
  cursor.at = end;
  return from;
}

export function take(cursor: Cursor, length: number): Buffer {
  const from = skip(cursor, length);
  return cursor.bytes.subarray(from, cursor.at);
}

export function takeVarint(cursor: Cursor): number {
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
export function checkCount(cursor: Cursor, count: number): number {
  const left = cursor.bytes.length - cursor.at;
  if (count > left) throw new RangeError(`${count} of something are announced in ${left} bytes`);
  return count;
}

export function takeUInt64(cursor: Cursor): number {
  const at = skip(cursor, 8);
  const value = cursor.bytes.readUInt32LE(at) + cursor.bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
  // A number would lose its low bits: what tells where a column ends would say something else here than to ClickHouse.
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is more than a block can have of anything`);
  return value;
}

export function takeText(cursor: Cursor): string {
  return take(cursor, takeVarint(cursor)).toString('utf8');
}

export function takeVersion(cursor: Cursor): void {
  const version = takeUInt64(cursor);
  if (version !== LOW_CARDINALITY.version) throw new RangeError(`LowCardinality version ${version} is not known`);
}

/** Bytes of an index, by its type: UInt8, UInt16, UInt32. No block has more keys. */
const INDEX_WIDTHS = [1, 2, 4] as const;

export interface Run<Keys> {
  readonly keys: Keys;
  readonly rows: number;
  readonly width: 1 | 2 | 4;
  readonly indexesAt: number;
}

/** The next run of a LowCardinality(String) column, of `rowsMax` at most; indexes refer to its own dictionary. */
export function takeRun<Keys>(
  cursor: Cursor,
  rowsMax: number,
  takeKeys: (cursor: Cursor, count: number) => Keys,
): Run<Keys> {
  const flags = takeUInt64(cursor);
  const width = INDEX_WIDTHS[flags & 0xff];
  if (width === undefined || (flags & LOW_CARDINALITY.hasAdditionalKeys) === 0 || (flags & 0x100) !== 0)
    throw new RangeError(`index type ${flags} is not supported`);
  const keys = takeKeys(cursor, checkCount(cursor, takeUInt64(cursor)));
  const rows = takeUInt64(cursor);
  if (rows === 0 || rows > rowsMax) throw new RangeError(`a run has ${rows} rows`);
  return { keys, rows, width, indexesAt: skip(cursor, rows * width) };
}

/** Of a map column: where each row's pairs end, which `onEnd` is told. Returns the last. */
export function takeEnds(cursor: Cursor, rows: number, onEnd?: (end: number) => void): number {
  let last = 0;
  for (let left = checkCount(cursor, rows); left > 0; left--) {
    const end = takeUInt64(cursor);
    if (end < last) throw new RangeError('a map ends before it begins');
    onEnd?.(end);
    last = end;
  }
  return checkCount(cursor, last);
}

/** Makes no buffer: a block may have millions of them. */
export function skipStrings(cursor: Cursor, count: number): void {
  const { bytes } = cursor;
  for (let left = count; left > 0; left--) {
    const byte = bytes[cursor.at];
    // Most lengths are a byte.
    if (byte !== undefined && byte < 0x80) skip(cursor, 1 + byte);
    else skip(cursor, takeVarint(cursor));
  }
}

export function skipRuns(cursor: Cursor, rows: number): void {
  for (let left = rows; left > 0; ) left -= takeRun(cursor, left, skipStrings).rows;
}
