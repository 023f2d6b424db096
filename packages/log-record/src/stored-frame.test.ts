import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bytesOfStored, STORED_BYTES_MIN, storedFrame } from './stored-frame.ts';

it.each([STORED_BYTES_MIN, 257, 8192, 65_791])('%i bytes are a frame that zstd reads', (length) => {
  const bytes = Buffer.alloc(length, 'log ');
  const frame = storedFrame(bytes);
  expect(zstdDecompressSync(frame).equals(bytes)).toBe(true);
  expect(Buffer.from(bytesOfStored(frame) ?? []).equals(bytes)).toBe(true);
});

it.each([65_792, 131_071, 131_072, 131_073, 262_144, 1_000_000])('%i bytes are a frame of blocks', (length) => {
  const bytes = Buffer.alloc(length, 'log of a length that no block has ');
  expect(zstdDecompressSync(storedFrame(bytes)).equals(bytes)).toBe(true);
  expect(bytesOfStored(storedFrame(bytes))).toBeNull();
});

it('takes no other frame for one', () => {
  const frame = storedFrame(Buffer.alloc(1000, 'log '));
  expect(bytesOfStored(zstdCompressSync(Buffer.alloc(1000, 'log ')))).toBeNull();
  expect(bytesOfStored(frame.subarray(0, -1))).toBeNull();
  expect(bytesOfStored(Buffer.concat([frame, frame]))).toBeNull();
  for (let length = 0; length < 300; length++) expect(bytesOfStored(frame.subarray(0, length))).toBeNull();
});

it('refuses what it has no size for', () => {
  for (const length of [0, STORED_BYTES_MIN - 1]) expect(() => storedFrame(Buffer.alloc(length))).toThrow(RangeError);
});
