import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiresOnDay } from './expiry-day.ts';

const DAY_MS = 86_400_000;
const dayOf = (date: string): number => Date.parse(date) / DAY_MS;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

describe('expiry day', () => {
  it.each([
    ['2026-11-21T23:59:59.999Z', 1, '2026-11-28'],
    ['2026-11-21T00:00:00Z', 7, '2026-11-28'],
    ['2026-11-21T00:00:00Z', 8, '2026-12-21'],
    ['2026-11-21T00:00:00Z', 30, '2026-12-21'],
    ['2026-11-21T00:00:00Z', 31, '2027-01-25'],
    ['2026-11-26T00:00:00Z', 60, '2027-01-25'],
    ['2026-11-21T00:00:00Z', 180, '2027-05-24'],
    ['2026-11-21T00:00:00Z', 181, '2027-12-01'],
    ['2026-06-01T00:00:00Z', 365, '2027-06-01'],
    ['2026-06-02T00:00:00Z', 365, '2027-07-01'],
  ])('of a log received %s kept %i days is %s', (received, retention, expected) => {
    expect(dateOf(expiresOnDay(Date.parse(received), retention))).toBe(expected);
  });

  it('is one of three for all retentions of up to 50 days', () => {
    fc.assert(
      fc.property(fc.integer({ min: dayOf('2020-01-01'), max: dayOf('2100-01-01') }), (day) => {
        const days = Array.from({ length: 50 }, (_, index) => expiresOnDay(day * DAY_MS, index + 1));
        expect(new Set(days).size).toBe(3);
      }),
    );
  });

  it('is never before the retention ends, nor after more than 2.5 times it and a month', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: dayOf('2020-01-01') * DAY_MS, max: dayOf('2100-01-01') * DAY_MS }),
        fc.integer({ min: 1, max: 3650 }),
        (receivedAtMs, retention) => {
          const day = expiresOnDay(receivedAtMs, retention);
          const kept = day - Math.floor(receivedAtMs / DAY_MS);
          expect(kept).toBeGreaterThanOrEqual(retention);
          if (retention <= 30) expect(kept).toBe(retention <= 7 ? 7 : 30);
          else if (retention <= 180) {
            expect(kept).toBeLessThan(2 * retention + 7);
            expect(new Date(day * DAY_MS).getUTCDay()).toBe(1);
          } else {
            expect(kept).toBeLessThan(2.5 * retention + 31);
            expect(Number(dateOf(day).slice(8))).toBe(1);
          }
        },
      ),
    );
  });

  it('never passes what a Date can hold', () => {
    expect(expiresOnDay(Date.UTC(2149, 0, 1), 3650)).toBe(65_535);
  });
});
