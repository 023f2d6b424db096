import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { type ZstdOptions, zstdCompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentBytesOf } from './content-bytes.ts';
import { storedFrame } from './stored-frame.ts';

const inThread = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress);

it.each([0, 1, 255, 256, 257, 65_535, 65_791, 65_792, 1_000_000])('of a frame of %i bytes', async (bytes) => {
  for (const content of [Buffer.alloc(bytes), randomBytes(bytes)]) {
    expect(contentBytesOf(zstdCompressSync(content))).toBe(bytes);
    expect(contentBytesOf(await inThread(content, { pledgedSrcSize: bytes }))).toBe(bytes);
    if (bytes >= 256 && bytes <= 65_791) expect(contentBytesOf(storedFrame(content))).toBe(bytes);
  }
});

it('reads sizes of eight bytes, and those behind the id of a dictionary', () => {
  const magic = '28b52ffd';
  expect(contentBytesOf(Buffer.from(`${magic}e00000000001000000`, 'hex'))).toBe(2 ** 32);
  expect(contentBytesOf(Buffer.from(`${magic}83480102030400010000`, 'hex'))).toBe(256);
});

it('is not known of what does not say it, is cut or no frame', async () => {
  expect(contentBytesOf(await inThread(Buffer.alloc(1000), {}))).toBeNull();
  const frame = zstdCompressSync(Buffer.alloc(70_000));
  for (const length of [0, 3, 4, 5, 7]) expect(contentBytesOf(frame.subarray(0, length))).toBeNull();
  expect(contentBytesOf(Buffer.from('no frame at all'))).toBeNull();
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 14 }), (rest) => {
      const size = contentBytesOf(Buffer.concat([Buffer.from('28b52ffd', 'hex'), rest]));
      return size === null || size >= 0;
    }),
  );
});
