import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiresOnDay } from './expiry-day.ts';

const DAY_MS = 86_400_000;
const dayOf = (date: string): number => Date.parse(date) / DAY_MS;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

describe('expiry day', () => {
  it.each([
    ['2026-11-21T23:59:59.999Z', 1, '2026-11-22'],
    ['2026-11-21T00:00:00Z', 35, '2026-12-26'],
    ['2026-11-21T00:00:00Z', 36, '2026-12-28'],
    ['2026-11-23T00:00:00Z', 42, '2027-01-04'],
    ['2026-11-21T00:00:00Z', 180, '2027-05-24'],
    ['2026-11-21T00:00:00Z', 181, '2027-06-01'],
    ['2026-06-01T00:00:00Z', 184, '2027-01-01'],
    ['2026-06-01T00:00:00Z', 183, '2026-12-01'],
  ])('of a log received %s kept %i days is %s', (received, retention, expected) => {
    expect(dateOf(expiresOnDay(Date.parse(received), retention))).toBe(expected);
  });

  it('is never before the retention ends, nor more than a month after', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: dayOf('2020-01-01') * DAY_MS, max: dayOf('2100-01-01') * DAY_MS }),
        fc.integer({ min: 1, max: 3650 }),
        (receivedAtMs, retention) => {
          const day = expiresOnDay(receivedAtMs, retention);
          const late = day - (Math.floor(receivedAtMs / DAY_MS) + retention);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThan(retention <= 35 ? 1 : retention <= 180 ? 7 : 31);
          if (retention > 35)
            expect(retention <= 180 ? new Date(day * DAY_MS).getUTCDay() : Number(dateOf(day).slice(8))).toBe(1);
        },
      ),
    );
  });

  it('never passes what a Date can hold', () => {
    expect(expiresOnDay(Date.UTC(2149, 0, 1), 3650)).toBe(65_535);
  });
});
