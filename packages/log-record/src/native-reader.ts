// Reads blocks of ClickHouse's Native format: of records that the store refused, for live tails. What is stored is never decoded.
import {
  type Cursor,
  checkCount,
  cursorOf,
  skip,
  skipRuns,
  skipStrings,
  take,
  takeEnds,
  takeRun,
  takeText,
  takeVarint,
  takeVersion,
} from './native-cursor.ts';
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

function takeTexts(cursor: Cursor, count: number): readonly string[] {
  return repeat(cursor, count, () => takeText(cursor));
}

function takeRuns(cursor: Cursor, rows: number): string[] {
  const values: string[] = [];
  while (values.length < rows) {
    const { keys, width, indexesAt } = takeRun(cursor, rows - values.length, takeTexts);
    for (let at = indexesAt; at < cursor.at; at += width) {
      const key = keys[cursor.bytes.readUIntLE(at, width)];
      if (key === undefined) throw new RangeError('an index is beyond its dictionary');
      values.push(key);
    }
  }
  return values;
}

function takeMap(cursor: Cursor, rows: number): (readonly [string, string])[][] {
  takeVersion(cursor);
  const ends: number[] = [];
  const keys = takeRuns(
    cursor,
    takeEnds(cursor, rows, (end) => ends.push(end)),
  );
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
export function widthOf(type: string): number | undefined {
  if (type.startsWith('DateTime64(')) return 8;
  return { UUID: 16, Date: 2, UInt8: 1, UInt32: 4 }[type];
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
    const pairs = takeEnds(cursor, rows);
    skipRuns(cursor, pairs);
    skipStrings(cursor, pairs);
  } else throw new RangeError(`type ${type} is not supported`);
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
  const cursor = cursorOf(bytes);
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
