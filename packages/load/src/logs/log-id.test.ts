import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLogIds, PLACES_MAX, REQUESTS_MAX } from './log-id.ts';

const requests = fc.integer({ min: 0, max: REQUESTS_MAX - 1 });
const places = fc.integer({ min: 0, max: PLACES_MAX - 1 });
const textOf = (seed: number, request: number, place: number): string => {
  const bytes = Buffer.alloc(14, '.');
  createLogIds(seed).write(bytes, 1, request, place);
  return bytes.toString('latin1');
};

it('an id is read back as what it was made of, and touches no byte beside it', () => {
  fc.assert(
    fc.property(fc.integer(), requests, places, (seed, request, place) => {
      const text = textOf(seed, request, place);
      expect(text).toMatch(/^\.[0-9a-f]{12}\.$/);
      expect(createLogIds(seed).read(text.slice(1, 13))).toEqual({ request, place });
    }),
  );
});

it('ids of one run differ, and look like no numbers in a row', () => {
  const ids = Array.from({ length: 1000 }, (_, place) => textOf(1, 7, place));
  expect(new Set(ids).size).toBe(1000);
  expect(new Set(ids.map((id) => id.slice(1, 4))).size).toBeGreaterThan(500);
});

it.each(['', 'abc', '0123456789AB', '0123456789abc', 'request 12'])('%j is no id', (text) => {
  expect(createLogIds(1).read(text)).toBeNull();
});
