// The checksum against published values, and in pieces as in one.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

it('gives the values of RFC 3720, appendix B.4', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, index) => index);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  expect(crc32c(ascending.toReversed())).toBe(0x113fdb5c);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array())).toBe(0);
});

it('is the same from any place in memory, and in pieces', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
  fc.assert(
    fc.property(pieces, fc.nat(15), (chunks, offset) => {
      const whole = Buffer.concat(chunks);
      const moved = new Uint8Array(new ArrayBuffer(whole.byteLength + offset), offset);
      moved.set(whole);
      const inPieces = chunks.reduce((before, chunk) => crc32c(chunk, before), 0);
      expect(inPieces).toBe(bitByBit(whole));
      expect(crc32c(moved)).toBe(bitByBit(whole));
    }),
    { seed: 1 },
  );
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
