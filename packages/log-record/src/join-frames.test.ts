// Joined frames have the same rows in the same order, whatever is beside them.
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinFrames, type Packing } from './join-frames.ts';
import type { LogColumnName } from './log-columns.ts';
import { nativeRows } from './native-reader.ts';
import { writeNativeBlock } from './native-writer.ts';
import { readLogBlock } from './read-log-block.ts';
import { openBlock } from './store-log.testing.ts';
import { STORED_BYTES_MIN, storedFrame } from './stored-frame.ts';

interface Log {
  readonly message: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const log: fc.Arbitrary<Log> = fc.record({
  message: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  service: fc.constantFrom('', 'shop', 'cart'),
  attributes: fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.string({ maxLength: 20 }), { maxKeys: 5 }),
});

function blockOf(logs: readonly Log[]): Uint8Array {
  const block = openBlock();
  for (const each of logs) expect(block.append(each, 'log')).toBeNull();
  return Uint8Array.from(block.encode());
}

function rowsOf(frame: Uint8Array) {
  const read = readLogBlock(frame);
  if (!read.ok) throw new Error(read.reason);
  return nativeRows(read.block);
}

const LOG: Log = { message: '', service: '', attributes: {} };

/** Of more bytes than are joined. */
const large = () => zstdCompressSync(blockOf([{ ...LOG, message: randomBytes(20_000).toString('hex') }]));

it('small neighbours become one block, compressed or not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.array(log, { minLength: 1, maxLength: 8 }), fc.boolean()), { minLength: 2 }),
      fc.constantFrom<Packing>('compressed', 'stored'),
      (blocks, packing) => {
        const frames = blocks.map(([logs, isStored]) => {
          const block = blockOf(logs);
          expect(block.byteLength).toBeGreaterThan(STORED_BYTES_MIN);
          return isStored ? storedFrame(block) : zstdCompressSync(block);
        });
        const joined = [...joinFrames(frames, packing)];
        expect(joined).toHaveLength(1);
        expect(joined.flatMap(rowsOf)).toEqual(frames.flatMap(rowsOf));
      },
    ),
  );
});

it.each<Packing>(['compressed', 'stored'])('joins no more than a mebibyte at a time, %s', (packing) => {
  const frames = Array.from({ length: 3000 }, (_, n) =>
    storedFrame(blockOf([{ message: `${n}`, service: '', attributes: {} }])),
  );
  const joined = [...joinFrames(frames, packing)];
  expect(joined.length).toBeGreaterThan(1);
  expect(joined.length).toBeLessThan(5);
  expect(joined.flatMap(rowsOf)).toEqual(frames.flatMap(rowsOf));
});

it('leaves a value of two frames as it is, as the store reads both', () => {
  const frames = ['one', 'two'].map((message) => blockOf([{ ...LOG, message: message.repeat(100) }]));
  const before = zstdCompressSync(blockOf([LOG]));
  for (const pack of [zstdCompressSync, storedFrame]) {
    const [first, second] = frames.map((frame) => pack(frame));
    if (first === undefined || second === undefined) throw new Error('two frames');
    for (const follows of [second, Buffer.from([0]), Buffer.from('no frame')]) {
      const both = Buffer.concat([first, follows]);
      expect([...joinFrames([before, both, before], 'compressed')]).toEqual([before, both, before]);
    }
  }
});

it('leaves what is large, alone, empty or damaged as it is, in its place', () => {
  const [first, second] = ['one', 'two'].map((message) =>
    zstdCompressSync(blockOf([{ message, service: '', attributes: { a: message } }])),
  );
  const [big, empty, damaged] = [large(), zstdCompressSync(blockOf([])), Buffer.from('no frame')];
  if (first === undefined || second === undefined) throw new Error('two frames');
  expect([...joinFrames([], 'compressed')]).toEqual([]);
  const long = zstdCompressSync(blockOf(Array.from({ length: 8 }, () => ({ ...LOG, message: 'x'.repeat(200_000) }))));
  expect(long.byteLength).toBeLessThan(2_000);
  for (const other of [big, long, empty, damaged]) {
    const joined = [...joinFrames([first, second, other, first], 'compressed')];
    expect(joined).toHaveLength(3);
    expect(joined[1]).toBe(other);
    expect(joined[2]).toBe(first);
    expect(rowsOf(joined[0] ?? first)).toEqual([...rowsOf(first), ...rowsOf(second)]);
  }
});

describe('a frame whose block is not what it should be stays as it is, in its place', () => {
  const block = blockOf(['one', 'two'].map((message) => ({ ...LOG, message, attributes: { a: message } })));
  const sound = zstdCompressSync(block);

  /** The block with the bytes of one column changed, which a writer copies unlooked at. */
  function withColumn(name: LogColumnName, change: (data: Buffer) => unknown): Uint8Array {
    const read = readLogBlock(sound);
    if (!read.ok) throw new Error(read.reason);
    const columns = read.block.columns.map((column) => {
      if (column.name !== name || column.data === undefined) return column;
      const data = Buffer.from(column.data);
      const changed = change(data);
      return { name, type: column.type, data: Buffer.isBuffer(changed) ? changed : data, values: [] };
    });
    return writeNativeBlock(columns, read.block.rows);
  }
  function without(name: LogColumnName): Uint8Array {
    const read = readLogBlock(sound);
    if (!read.ok) throw new Error(read.reason);
    return writeNativeBlock(
      read.block.columns.filter((column) => column.name !== name),
      read.block.rows,
    );
  }
  /** A column of one run that is said to have so many rows: of two an index each stands behind their count. */
  function runOf(data: Buffer, rows: number): Buffer {
    const run = Buffer.from(data);
    run.writeUInt8(rows, run.length - 2 - 8);
    return run;
  }
  const renamed = Buffer.from(block);
  renamed.write('massage', renamed.indexOf('message'));

  it.each<[string, Uint8Array]>([
    ['a second block', Buffer.concat([block, block])],
    ['another column', renamed],
    ['a column fewer', without('ordinal')],
    ['a run of more rows than there are', withColumn('mode', (data) => Buffer.concat([runOf(data, 3), Buffer.of(0)]))],
    [
      'a run of no rows before the others',
      withColumn('mode', (data) => Buffer.concat([runOf(data, 0).subarray(0, -2), data.subarray(8)])),
    ],
    ['a version that is not known', withColumn('mode', (data) => data.writeUInt8(2, 0))],
    // Behind the version stand the ends of both rows.
    ['a map that ends before it begins', withColumn('attributes', (data) => data.writeUInt8(3, 8))],
    ['more pairs than bytes', withColumn('attributes', (data) => data.writeUInt32LE(0xffff_ffff, 16))],
    ['an end beyond its bytes', block.subarray(0, -1)],
  ])('%s', (_, bytes) => {
    const other = zstdCompressSync(bytes);
    const joined = [...joinFrames([sound, sound, other, sound], 'compressed')];
    expect(joined).toHaveLength(3);
    expect(joined[1]).toBe(other);
    expect(joined[2]).toBe(sound);
    expect(rowsOf(joined[0] ?? sound)).toEqual([...rowsOf(sound), ...rowsOf(sound)]);
  });
});
