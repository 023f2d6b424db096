// Joined frames have the same rows in the same order, whatever is beside them.
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinFrames } from './join-frames.ts';
import { nativeRows } from './native-reader.ts';
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
      (blocks) => {
        const frames = blocks.map(([logs, isStored]) => {
          const block = blockOf(logs);
          expect(block.byteLength).toBeGreaterThan(STORED_BYTES_MIN);
          return isStored ? storedFrame(block) : zstdCompressSync(block);
        });
        const joined = [...joinFrames(frames)];
        expect(joined).toHaveLength(1);
        expect(joined.flatMap(rowsOf)).toEqual(frames.flatMap(rowsOf));
      },
    ),
  );
});

it('joins no more than a mebibyte at a time', () => {
  const frames = Array.from({ length: 3000 }, (_, n) =>
    storedFrame(blockOf([{ message: `${n}`, service: '', attributes: {} }])),
  );
  const joined = [...joinFrames(frames)];
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
      expect([...joinFrames([before, both, before])]).toEqual([before, both, before]);
    }
  }
});

it('leaves what is large, alone, empty or damaged as it is, in its place', () => {
  const [first, second] = ['one', 'two'].map((message) =>
    zstdCompressSync(blockOf([{ message, service: '', attributes: { a: message } }])),
  );
  const [big, empty, damaged] = [large(), zstdCompressSync(blockOf([])), Buffer.from('no frame')];
  if (first === undefined || second === undefined) throw new Error('two frames');
  expect([...joinFrames([])]).toEqual([]);
  const long = zstdCompressSync(blockOf(Array.from({ length: 8 }, () => ({ ...LOG, message: 'x'.repeat(200_000) }))));
  expect(long.byteLength).toBeLessThan(2_000);
  for (const other of [big, long, empty, damaged]) {
    const joined = [...joinFrames([first, second, other, first])];
    expect(joined).toHaveLength(3);
    expect(joined[1]).toBe(other);
    expect(joined[2]).toBe(first);
    expect(rowsOf(joined[0] ?? first)).toEqual([...rowsOf(first), ...rowsOf(second)]);
  }
});
