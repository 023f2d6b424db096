// One frame of one block, or a reason why not: what else a value holds is never left out without a word.
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readLogBlock, readLogBlockAside } from './read-log-block.ts';
import { openBlock } from './store-log.testing.ts';

function blockOf(message: string): Uint8Array {
  const block = openBlock();
  expect(block.append({ message, service: '', attributes: {} }, 'log')).toBeNull();
  return Uint8Array.from(block.encode());
}

it.each([
  ['small, inflated at once', 10],
  ['large, inflated aside', 100_000],
])('a frame that another one follows is none: %s', async (_name, bytes) => {
  const frame = zstdCompressSync(blockOf(randomBytes(bytes).toString('hex')));
  for (const read of [readLogBlock, readLogBlockAside]) {
    expect(await read(frame)).toMatchObject({ ok: true, block: { rows: 1 } });
    for (const follows of [frame, Buffer.from([0])])
      expect(await read(Buffer.concat([frame, follows]))).toEqual({ ok: false, reason: 'something follows the frame' });
  }
});

it('a block that another one follows in the frame is none', () => {
  const block = blockOf('one');
  const read = readLogBlock(zstdCompressSync(Buffer.concat([block, block])));
  expect(read).toEqual({ ok: false, reason: 'something follows the block' });
});

it.each([10, 100_000])(
  'the empty frame that Node puts behind one that fits its chunk to the byte harms nothing: %i',
  async (bytes) => {
    const block = blockOf(randomBytes(bytes).toString('hex'));
    const frame = zstdCompressSync(block);
    const both = zstdCompressSync(block, { chunkSize: frame.byteLength });
    expect(both.byteLength).toBeGreaterThan(frame.byteLength);
    for (const read of [readLogBlock, readLogBlockAside])
      expect(await read(both)).toMatchObject({ ok: true, block: { rows: 1 } });
  },
);
