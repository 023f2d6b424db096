// Whatever a block's size, its frame is one that zstd reads back to the same bytes.
import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { expect, it } from 'vitest';
import { zstdFrames } from '../decompress/zstd-frames.ts';
import { COMPRESS_SYNC_BYTES_MAX, STORED_FRAME_BYTES_MAX } from '../limits.ts';
import { compressBlock } from './compress.ts';

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
  const frame = await compressBlock(block);
  expect(zlib.zstdDecompressSync(frame).equals(block)).toBe(true);
  const isStored = bytes >= 256 && bytes <= STORED_FRAME_BYTES_MAX;
  expect(frame.byteLength === bytes + 10).toBe(isStored);
});

it.each([20_000, COMPRESS_SYNC_BYTES_MAX, COMPRESS_SYNC_BYTES_MAX + 1])(
  '%i bytes that cannot be compressed are one frame, too',
  async (bytes) => {
    const block = randomBytes(bytes);
    const frame = await compressBlock(block);
    expect(zstdFrames(frame, 2)).toEqual([frame]);
    expect(zlib.zstdDecompressSync(frame).equals(block)).toBe(true);
  },
);
