// Writes columns that were read by native-reader back as a Native block. Not the intake's writer, which fills buffers row by
// row: this one serves small records that are joined and the rare one that is taken apart, and takes the columns as they are.
import { LOW_CARDINALITY } from './low-cardinality.ts';
import type { NativeColumn, NativeValue } from './native-reader.ts';
import { createStringColumn, pushText, writeVarint } from './string-column.ts';
import { uuidFromText } from './uuid.ts';

type Write<T> = (bytes: Buffer, value: T, at: number) => void;

/**
 * The block of these columns, all of `rows` values; those that have their data are copied unlooked at.
 * @throws TypeError for values that are not of their column's type
 */
export function writeNativeBlock(columns: readonly NativeColumn[], rows: number): Uint8Array {
  const parts: Uint8Array[] = [varint(columns.length), varint(rows)];
  for (const column of columns) {
    parts.push(strings([column.name, column.type]));
    if (column.data === undefined) parts.push(...columnParts(column.type, column.values));
    else parts.push(column.data);
  }
  return Buffer.concat(parts);
}

function columnParts(type: string, values: readonly NativeValue[]): readonly Uint8Array[] {
  if (type === 'UUID') return [fixed(values.map(textOf), 16, putUuid)];
  if (type.startsWith('DateTime64('))
    return [fixed(values.map(bigintOf), 8, (to, value, at) => to.writeBigInt64LE(value, at))];
  if (type === 'String') return [strings(values.map(textOf))];
  if (type === 'Date') return [fixed(values.map(numberOf), 2, (to, value, at) => to.writeUInt16LE(value, at))];
  if (type === 'UInt8') return [fixed(values.map(numberOf), 1, (to, value, at) => to.writeUInt8(value, at))];
  if (type === 'UInt32') return [fixed(values.map(numberOf), 4, (to, value, at) => to.writeUInt32LE(value, at))];
  if (type === 'LowCardinality(String)') return [uint64s([LOW_CARDINALITY.version]), ...run(values.map(textOf))];
  if (type === 'Map(LowCardinality(String), String)') return mapParts(values.map(pairsOf));
  throw new TypeError(`type ${type} is not supported`);
}

/** Version of the keys, offsets behind each row's last pair, keys, values; no pairs, no run. */
function mapParts(maps: readonly (readonly (readonly [string, string])[])[]): readonly Uint8Array[] {
  let end = 0;
  const ends = maps.map((pairs) => {
    end += pairs.length;
    return end;
  });
  const pairs = maps.flat();
  const keys = pairs.length === 0 ? [] : run(pairs.map(([key]) => key));
  return [uint64s([LOW_CARDINALITY.version]), uint64s(ends), ...keys, strings(pairs.map(([, value]) => value))];
}

/** One run of all values: flags, dictionary, indexes. */
function run(values: readonly string[]): readonly Uint8Array[] {
  const indexOf = new Map<string, number>();
  const indexes = values.map((value) => {
    const index = indexOf.get(value) ?? indexOf.size;
    indexOf.set(value, index);
    return index;
  });
  const { width, type } = LOW_CARDINALITY.indexFor(indexOf.size);
  return [
    uint64s([type | LOW_CARDINALITY.hasAdditionalKeys, indexOf.size]),
    strings([...indexOf.keys()]),
    uint64s([values.length]),
    fixed(indexes, width, (to, index, at) => to.writeUIntLE(index, at, width)),
  ];
}

function fixed<T>(values: readonly T[], width: number, write: Write<T>): Uint8Array {
  const bytes = Buffer.alloc(values.length * width);
  for (const [row, value] of values.entries()) write(bytes, value, row * width);
  return bytes;
}

function uint64s(values: readonly number[]): Uint8Array {
  return fixed(values, 8, (to, value, at) => to.writeBigUInt64LE(BigInt(value), at));
}

function strings(values: readonly string[]): Uint8Array {
  const column = createStringColumn();
  for (const value of values) pushText(column, value);
  return column.bytes.subarray(0, column.length);
}

function varint(value: number): Uint8Array {
  const bytes = new Uint8Array(10);
  return bytes.subarray(0, writeVarint(bytes, value, 0));
}

/** Two words of eight bytes, each little endian. */
const putUuid: Write<string> = (bytes, text, at) => {
  const id = Buffer.from(uuidFromText(text));
  bytes.writeBigUInt64LE(id.readBigUInt64BE(0), at);
  bytes.writeBigUInt64LE(id.readBigUInt64BE(8), at + 8);
};

function textOf(value: NativeValue): string {
  if (typeof value !== 'string') throw new TypeError('a value is no text');
  return value;
}

function numberOf(value: NativeValue): number {
  if (typeof value !== 'number') throw new TypeError('a value is no number');
  return value;
}

function bigintOf(value: NativeValue): bigint {
  if (typeof value !== 'bigint') throw new TypeError('a value is no integer of 64 bits');
  return value;
}

function pairsOf(value: NativeValue): readonly (readonly [string, string])[] {
  if (typeof value !== 'object') throw new TypeError('a value is no map');
  return value;
}
