// A block is compressed in one piece, whatever it is made of.
import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { zstdOptions } from './zstd-options.ts';

it.each([1, 100, 1000, 16_384, 131_071, 131_072, 131_073, 1_048_576, 3_000_000])(
  'there is room for the frame of %i bytes that cannot be compressed',
  (byteLength) => {
    const options = zstdOptions(byteLength);
    expect(options.chunkSize).toBeGreaterThan(zstdCompressSync(randomBytes(byteLength), options).byteLength);
  },
);
