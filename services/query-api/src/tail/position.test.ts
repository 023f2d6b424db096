// Ids of events read back, and no other text is one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readId, writeId } from './position.ts';

const offset = fc.oneof(fc.nat(), fc.maxSafeNat());
const time = fc.integer({ min: 0, max: Date.UTC(2262, 0) - 1 });
const position = fc
  .tuple(fc.array(offset, { minLength: 1, maxLength: 48 }), fc.nat(2 ** 31), fc.nat(47), time)
  .map(([offsets, row, partition, atMs]) => ({
    atMs,
    places: offsets.map((at, index) => ({ offset: at, row: index === partition ? row : 0 })),
  }));

describe('the id of an event', () => {
  it('names its position', () => {
    fc.assert(
      fc.property(position, (given) => {
        expect(readId(writeId(given))).toEqual(given);
      }),
    );
  });

  it('is short: one partition of LMDB takes 30 characters, six of Kafka 45', () => {
    const places = [{ offset: Date.UTC(2026, 10, 21) * 1000, row: 17 }];
    expect(writeId({ places, atMs: Date.UTC(2026, 10, 21) }).length).toBeLessThanOrEqual(30);
    const six = Array.from({ length: 6 }, (_, partition) => ({ offset: 2_000_000, row: partition === 3 ? 1_000 : 0 }));
    expect(writeId({ places: six, atMs: Date.UTC(2026, 10, 21) }).length).toBeLessThanOrEqual(45);
  });

  it('is the one text of its position, and no other text is an id', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => readId(text) === null));
    fc.assert(
      fc.property(position, fc.nat(), fc.constantFrom('A', '.', '=', '0', '-', ' '), (given, at, character) => {
        const id = writeId(given);
        const cut = at % id.length;
        const other = id.slice(0, cut) + character + id.slice(cut + 1);
        const read = readId(other);
        if (read !== null) expect(writeId(read)).toBe(other);
      }),
    );
    for (const text of [
      '',
      '1',
      '1.',
      '2.AAA',
      '1.gA',
      '1.gAA',
      '1.AA.0.0',
      '1.AAA.1.1',
      '1.AAA.0.01',
      '1.AAA.0',
      '1.____________',
    ])
      expect(readId(text), text).toBeNull();
    expect(readId(writeId({ places: [{ offset: 1, row: 0 }], atMs: Date.UTC(2262, 0) }))).toBeNull();
  });
});
