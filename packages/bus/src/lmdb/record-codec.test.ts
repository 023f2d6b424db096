// Frames and keys of stored records: what goes in comes out, order is kept, limits hold, other bytes are refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEADER_BYTES_MAX, VALUE_BYTES_MAX } from './limits.ts';
import { decodeFrame, encodeFrame } from './record-frame.ts';
import { decodeRecordKey, encodeRecordKey, firstKeyFrom } from './record-key.ts';

const part = fc.uint8Array({ maxLength: 300 });
const key = fc.record({
  // Keys of records begin at offset 1: in front of it lie the reserve and the turns.
  offset: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  startBytes: fc.nat(Number.MAX_SAFE_INTEGER),
  sizeBytes: fc.nat(2 ** 32 - 1),
  appendedAtMs: fc.nat(2 ** 48 - 1),
});

describe('frame', () => {
  it('gives back headers and value', () => {
    const headers = fc.array(fc.tuple(fc.string({ unit: 'binary' }), part)).map((entries) => new Map(entries));
    fc.assert(
      fc.property(headers, part, (names, value) => {
        const read = decodeFrame(encodeFrame({ headers: names, value }));
        const plain = (map: ReadonlyMap<string, Uint8Array>) => [...map].map(([name, text]) => [name, [...text]]);
        expect(plain(read.headers)).toEqual(plain(names));
        expect([...read.value]).toEqual([...value]);
      }),
    );
  });

  it('takes a record at its limits and none past them', () => {
    const none = new Map<string, Uint8Array>();
    const header = (length: number) => new Map([['h', new Uint8Array(length)]]);
    expect(encodeFrame({ headers: none, value: new Uint8Array(VALUE_BYTES_MAX) }).byteLength).toBe(VALUE_BYTES_MAX + 3);
    const most = HEADER_BYTES_MAX - 7;
    expect(decodeFrame(encodeFrame({ headers: header(most), value: new Uint8Array() })).headers.get('h')).toHaveLength(
      most,
    );
    const tooLarge = expect.objectContaining({ failure: 'too-large' });
    expect(() => encodeFrame({ headers: none, value: new Uint8Array(VALUE_BYTES_MAX + 1) })).toThrow(tooLarge);
    expect(() => encodeFrame({ headers: header(most + 1), value: new Uint8Array() })).toThrow(tooLarge);
  });

  it('reads any other bytes without reading past them', () => {
    fc.assert(
      fc.property(part, (bytes) => {
        try {
          decodeFrame(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({ failure: 'unavailable' });
        }
      }),
      { examples: [[Uint8Array.of(1, 0, 1)], [Uint8Array.of(1, 0, 1, 0, 9, 0, 0, 0, 0)], [Uint8Array.of()]] },
    );
  });
});

describe('key', () => {
  it('gives back what it holds', () => {
    fc.assert(
      fc.property(key, (one) => {
        expect(decodeRecordKey(encodeRecordKey(one))).toEqual(one);
      }),
    );
  });

  it('sorts by offset, and a range from an offset begins with its record', () => {
    fc.assert(
      fc.property(key, key, (one, two) => {
        fc.pre(one.offset !== two.offset);
        const order = Math.sign(Buffer.compare(encodeRecordKey(one), encodeRecordKey(two)));
        expect(order).toBe(one.offset < two.offset ? -1 : 1);
        expect(Buffer.compare(firstKeyFrom(one.offset), encodeRecordKey(one))).toBeLessThan(0);
        expect(Math.sign(Buffer.compare(firstKeyFrom(one.offset), encodeRecordKey(two)))).toBe(order);
      }),
    );
  });
});
