import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayPrefix, generateKey, hashKey, KEY_TYPES, parseKey } from './key-form.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A key from seeded bytes, so that a failure can be repeated. */
const seededKey = fc
  .record({
    type: fc.constantFrom(...KEY_TYPES),
    mode: fc.constantFrom('live' as const, 'test' as const),
    bytes: fc.uint8Array({ minLength: 30, maxLength: 30 }).filter((bytes) => bytes.some((byte) => byte < 248)),
  })
  .map(({ type, mode, bytes }) => ({ type, mode, key: generateKey(type, mode, () => bytes) }));

describe('form of a key', () => {
  it('is the documented one, and what is made parses', () => {
    expect(generateKey('public', 'live')).toMatch(/^pk_live_sz_[0-9A-Za-z]{36}$/);
    expect(generateKey('secret', 'test')).toMatch(/^sk_test_sz_[0-9A-Za-z]{36}$/);
    fc.assert(
      fc.property(seededKey, ({ type, mode, key }) => {
        expect(parseKey(key)).toEqual({ ok: true, type, mode });
      }),
      { seed: 11 },
    );
  });

  it('carries the CRC-32 (IEEE) of all before it, in base62 and padded', () => {
    // Both by hand: zlib's crc32 of the text before the last six digits.
    const key = generateKey('public', 'live', () => new Uint8Array(30));
    expect(key.slice(0, 41)).toBe(`pk_live_sz_${'0'.repeat(30)}`);
    let crc = 0xffffffff;
    for (const byte of Buffer.from(key.slice(0, 41))) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    const value = [...key.slice(41)].reduce((sum, digit) => sum * 62 + BASE62.indexOf(digit), 0);
    expect(value).toBe((crc ^ 0xffffffff) >>> 0);
  });

  it('any one changed, lost or added character is malformed', () => {
    fc.assert(
      fc.property(seededKey, fc.nat(46), fc.constantFrom(...BASE62, '_', ' ', 'é'), ({ key }, at, other) => {
        fc.pre(key[at] !== other);
        expect(parseKey(key.slice(0, at) + other + key.slice(at + 1)).ok).toBe(false);
        expect(parseKey(key.slice(0, at) + key.slice(at + 1)).ok).toBe(false);
        expect(parseKey(key.slice(0, at) + other + key.slice(at)).ok).toBe(false);
      }),
      { seed: 12, numRuns: 2000 },
    );
  });

  it('any text gets an answer, and only whole keys are well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(parseKey(text).ok).toBe(false);
      }),
      { seed: 13 },
    );
    expect(parseKey(`${generateKey('public', 'live')}\n`).ok).toBe(false);
  });

  it('takes every character equally often: bytes that would favour some are thrown away', () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 248; byte += 1) {
      const first = generateKey('public', 'live', (size) => new Uint8Array(size).fill(byte)).charAt(11);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(new Array(62).fill(4));
    for (let byte = 248; byte < 256; byte += 1) {
      const calls = [byte, 61];
      const skipped = generateKey('public', 'live', (size) => new Uint8Array(size).fill(calls.shift() ?? 0));
      expect(skipped.slice(11, 41)).toBe('z'.repeat(30));
    }
  });
});

describe('what is stored of a key', () => {
  it('is its SHA-256 and a prefix that shows four of the random characters', () => {
    const key = generateKey('public', 'live', () => new Uint8Array(30));
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(hashKey(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(displayPrefix(key)).toBe('pk_live_sz_0000');
  });
});
