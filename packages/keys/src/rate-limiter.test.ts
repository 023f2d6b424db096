import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimiter, effectiveLimitPerMinute } from './rate-limiter.ts';

const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

describe('rate limiter', () => {
  it('admits a burst of the limit, then the rate; says when to come again', () => {
    const limiter = createRateLimiter();
    const take = (atMs: number) => limiter.take('a', 60, 1, START_MS + atMs);
    expect(take(0)).toEqual({
      allowed: true,
      limit: 60,
      remaining: 59,
      resetUnixSeconds: START_MS / 1000 + 1,
      retryAfterSeconds: 0,
    });
    for (let request = 1; request < 60; request += 1) expect(take(0)?.allowed).toBe(true);
    expect(take(0)).toEqual({
      allowed: false,
      limit: 60,
      remaining: 0,
      resetUnixSeconds: START_MS / 1000 + 60,
      retryAfterSeconds: 1,
    });
    expect(take(999)?.allowed).toBe(false);
    expect(take(1000)?.allowed).toBe(true);
    expect(take(1000)?.allowed).toBe(false);
  });

  it('retry-after is the whole wait, not its first second', () => {
    const limiter = createRateLimiter();
    limiter.take('a', 1, 1, START_MS);
    expect(limiter.take('a', 1, 1, START_MS + 500)).toMatchObject({ allowed: false, retryAfterSeconds: 60 });
    expect(limiter.take('a', 1, 1, START_MS + 60_000)?.allowed).toBe(true);
  });

  it('no limit is no bucket and no headers', () => {
    const limiter = createRateLimiter();
    expect(limiter.take('a', null, 1, START_MS)).toBeNull();
    expect(limiter.size()).toBe(0);
    expect(effectiveLimitPerMinute(null, null)).toBeNull();
    expect(effectiveLimitPerMinute(100, null)).toBe(100);
    expect(effectiveLimitPerMinute(null, 50)).toBe(50);
    expect(effectiveLimitPerMinute(100, 50)).toBe(50);
  });

  it('over any arrivals: never more than burst + rate × time, and no request refused while a token was there', () => {
    const arrivals = fc.array(fc.record({ waitMs: fc.nat(3000), count: fc.integer({ min: 1, max: 40 }) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        arrivals,
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 4 }),
        (batches, limit, live) => {
          const limiters = Array.from({ length: live }, () => createRateLimiter());
          const admitted = limiters.map(() => 0);
          // The exact fluid: what a bucket of real numbers would hold. Integers below must follow it to the request.
          const burst = Math.max(1, limit / live);
          let tokens = burst;
          let atMs = 0;
          for (const { waitMs, count } of batches) {
            atMs += waitMs;
            tokens = Math.min(burst, tokens + (waitMs * limit) / live / 60_000);
            for (let request = 0; request < count; request += 1) {
              const due = tokens > 1 - 1e-6;
              const surely = tokens > 1 + 1e-6;
              for (const [index, limiter] of limiters.entries()) {
                const verdict = limiter.take('a', limit, live, START_MS + atMs);
                if (verdict?.allowed) admitted[index] = (admitted[index] ?? 0) + 1;
                expect(verdict?.allowed ? due : !surely).toBe(true);
              }
              if (tokens > 1 - 1e-6) tokens = Math.max(0, tokens - 1);
            }
            const sum = admitted.reduce((total, one) => total + one, 0);
            expect(sum).toBeLessThanOrEqual(Math.max(limit, live) + (limit * atMs) / 60_000 + 1e-6);
          }
        },
      ),
      { seed: 21, numRuns: 200 },
    );
  });

  it('of arrivals past the limit, spread over intakes at random, it admits 98 % to 110 % of burst + rate × time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 3000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 2, max: 4, noNaN: true }),
        fc.infiniteStream(fc.nat({ max: 999 })),
        (limit, live, pressure, random) => {
          const limiters = Array.from({ length: live }, () => createRateLimiter());
          const ask = (atMs: number): boolean => {
            const limiter = limiters[(random.next().value ?? 0) % live];
            return limiter?.take('a', limit, live, START_MS + Math.floor(atMs))?.allowed === true;
          };
          let admitted = 0;
          // The burst first, then evenly.
          for (let request = 0; request < limit * pressure; request += 1) if (ask(0)) admitted += 1;
          const everyMs = MINUTE_MS / (limit * pressure);
          for (let atMs = 0; atMs < MINUTE_MS; atMs += everyMs) if (ask(atMs)) admitted += 1;
          const due = limit + limit;
          expect(admitted).toBeGreaterThanOrEqual(0.98 * due);
          expect(admitted).toBeLessThanOrEqual(1.1 * due);
        },
      ),
      { seed: 22, numRuns: 30 },
    );
  });

  it('a look tells what a request would meet, and takes nothing', () => {
    const limiter = createRateLimiter();
    const look = (atMs = 0) => limiter.look('a', 2, 1, START_MS + atMs);
    expect(look()).toMatchObject({ allowed: true, remaining: 2 });
    limiter.take('a', 2, 1, START_MS);
    expect(look()).toMatchObject({ allowed: true, remaining: 1 });
    limiter.take('a', 2, 1, START_MS);
    expect(look()).toMatchObject({ allowed: false, remaining: 0, retryAfterSeconds: 30 });
    expect(look(30_000)).toMatchObject({ allowed: true, remaining: 1 });
    expect(limiter.look('a', null, 1, START_MS)).toBeNull();
  });

  it('a clock set back neither refills nor empties', () => {
    const limiter = createRateLimiter();
    for (let request = 0; request < 60; request += 1) limiter.take('a', 60, 1, START_MS);
    expect(limiter.take('a', 60, 1, START_MS - 3_600_000)?.allowed).toBe(false);
    expect(limiter.take('a', 60, 1, START_MS - 3_600_000 + 1000)?.allowed).toBe(true);
  });

  it('holds a bounded number of buckets: full ones go first, and those in use stay', () => {
    const limiter = createRateLimiter(100);
    for (let key = 0; key < 100; key += 1) limiter.take(`idle-${key}`, 60, 1, START_MS);
    const later = START_MS + 60_000;
    for (let request = 0; request < 60; request += 1) limiter.take('busy', 60, 1, later);
    for (let key = 0; key < 10_000; key += 1) limiter.take(`new-${key}`, 60, 1, later);
    expect(limiter.size()).toBeLessThanOrEqual(100);
    expect(limiter.take('busy', 60, 1, later)?.allowed).toBe(false);
  });
});
