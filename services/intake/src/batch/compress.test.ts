// Whatever a block's size, its frame is one that zstd reads back to the same bytes.
import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { expect, it } from 'vitest';
import { COMPRESS_SYNC_BYTES_MAX, STORED_FRAME_BYTES_MAX } from '../limits.ts';
import { createCompressBlock } from './compress.ts';

it.each([
  1,
  255,
  256,
  1000,
  STORED_FRAME_BYTES_MAX,
  STORED_FRAME_BYTES_MAX + 1,
  COMPRESS_SYNC_BYTES_MAX,
  COMPRESS_SYNC_BYTES_MAX + 1,
])('%i bytes', async (bytes) => {
  const block = Buffer.concat([randomBytes(bytes >> 1), Buffer.alloc(bytes - (bytes >> 1), 'log ')]);
  const frame = await createCompressBlock()(block);
  expect(zlib.zstdDecompressSync(frame).equals(block)).toBe(true);
  const isStored = bytes >= 256 && bytes <= STORED_FRAME_BYTES_MAX;
  expect(frame.byteLength === bytes + 10).toBe(isStored);
});

it('is one frame also where it fits what was expected to the byte, or not at all', async () => {
  const block = Buffer.from(Array.from({ length: 20_000 }, (_, at) => `${at % 97} ${at}`).join('\n'));
  const frame = await createCompressBlock(1)(block);
  // Bytes that a frame is given beside its part.
  const room = 512;
  for (const missing of [-1, 0, 1, 1000]) {
    const part = (frame.byteLength - room - missing) / block.byteLength;
    expect((await createCompressBlock(part)(block)).equals(frame)).toBe(true);
  }
});
