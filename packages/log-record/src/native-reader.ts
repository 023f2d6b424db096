// Reads blocks of ClickHouse's Native format back, for tests and tools; the pipeline itself never decodes a row.
import { uuidToText } from './uuid.ts';

/** Values by type: UUID text; DateTime64 bigint of its unit; Date days; integers numbers; String text; Map entries in order. */
export type NativeValue = string | number | bigint | readonly (readonly [string, string])[];

export interface NativeColumn {
  readonly name: string;
  readonly type: string;
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

function take(cursor: Cursor, length: number): Buffer {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw new RangeError(`the block ends at ${cursor.bytes.length}, ${end} is needed`);
  const part = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

function takeVarint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = take(cursor, 1).readUInt8();
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
}

function takeUInt64(cursor: Cursor): number {
  return Number(take(cursor, 8).readBigUInt64LE());
}

function takeText(cursor: Cursor): string {
  return take(cursor, takeVarint(cursor)).toString('utf8');
}

function repeat<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
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
  if (version !== 1) throw new RangeError(`LowCardinality version ${version} is not 1`);
}

/** The runs of a LowCardinality(String) column without its version; indexes refer to the run's own dictionary. */
function takeRuns(cursor: Cursor, rows: number): string[] {
  const values: string[] = [];
  while (values.length < rows) {
    const flags = takeUInt64(cursor);
    const width = 2 ** (flags & 0xff);
    if ((flags & 0x200) === 0 || (flags & 0x100) !== 0) throw new RangeError(`index type ${flags} is not supported`);
    const keys = repeat(takeUInt64(cursor), () => takeText(cursor));
    for (let left = takeUInt64(cursor); left > 0; left--) {
      const key = keys[take(cursor, width).readUIntLE(0, width)];
      if (key === undefined) throw new RangeError('an index is beyond its dictionary');
      values.push(key);
    }
  }
  return values;
}

function takeMap(cursor: Cursor, rows: number): (readonly [string, string])[][] {
  takeVersion(cursor);
  const ends = repeat(rows, () => takeUInt64(cursor));
  const total = ends.at(-1) ?? 0;
  const keys = takeRuns(cursor, total);
  const pairs = keys.map((key) => [key, takeText(cursor)] as const);
  return ends.map((end, row) => pairs.slice(row === 0 ? 0 : ends[row - 1], end));
}

function takeValues(cursor: Cursor, type: string, rows: number): readonly NativeValue[] {
  if (rows === 0) return [];
  if (type === 'UUID') return repeat(rows, () => takeUuid(cursor));
  if (type.startsWith('DateTime64(')) return repeat(rows, () => take(cursor, 8).readBigInt64LE());
  if (type === 'String') return repeat(rows, () => takeText(cursor));
  if (type === 'Date') return repeat(rows, () => take(cursor, 2).readUInt16LE());
  if (type === 'UInt8') return repeat(rows, () => take(cursor, 1).readUInt8());
  if (type === 'UInt32') return repeat(rows, () => take(cursor, 4).readUInt32LE());
  if (type === 'Map(LowCardinality(String), String)') return takeMap(cursor, rows);
  if (type === 'LowCardinality(String)') {
    takeVersion(cursor);
    return takeRuns(cursor, rows);
  }
  throw new RangeError(`type ${type} is not supported`);
}

/** Reads the first block of `bytes`. @throws RangeError when it is cut short, or of a type that logs do not have. */
export function readNativeBlock(bytes: Uint8Array): NativeBlock {
  const cursor: Cursor = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  const columnCount = takeVarint(cursor);
  const rows = takeVarint(cursor);
  const columns = repeat(columnCount, () => {
    const name = takeText(cursor);
    const type = takeText(cursor);
    return { name, type, values: takeValues(cursor, type, rows) };
  });
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
