import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSchedule, rampSteps } from './schedule.ts';

const BATCH = 100;

it('requests are due at even distances', () => {
  const schedule = createSchedule([{ logsPerSecond: 20_000, forMs: 1000 }], BATCH);
  expect(schedule.requests).toBe(200);
  expect([0, 1, 2, 199].map(schedule.dueMs)).toEqual([0, 5, 10, 995]);
  expect([-1, 0, 4.9, 5, 994, 995, 5000].map(schedule.dueBy)).toEqual([0, 1, 1, 2, 199, 200, 200]);
});

it('a ramp goes from one rate to the other in steps of equal length', () => {
  const steps = rampSteps(1000, 4000, 4, 8000);
  expect(steps).toEqual([1000, 2000, 3000, 4000].map((logsPerSecond) => ({ logsPerSecond, forMs: 2000 })));
  expect(rampSteps(1000, 4000, 1, 8000)).toEqual([{ logsPerSecond: 1000, forMs: 8000 }]);
  const schedule = createSchedule(steps, BATCH);
  expect(schedule.requests).toBe(20 + 40 + 60 + 80);
  expect([0, 1999, 2000, 7999, 9000].map(schedule.stepAt)).toEqual([0, 0, 1, 3, 3]);
  // The first of each step at its start.
  expect([0, 20, 60, 120].map(schedule.dueMs)).toEqual([0, 2000, 4000, 6000]);
});

it('as many are due by the time of a request as come before it, and it', () => {
  const step = fc.record({
    logsPerSecond: fc.integer({ min: 1, max: 1e6 }),
    forMs: fc.integer({ min: 1, max: 60_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, batch, part) => {
        const schedule = createSchedule(steps, batch);
        if (schedule.requests === 0) return;
        const index = Math.floor(part * (schedule.requests - 1));
        const dueMs = schedule.dueMs(index);
        expect(schedule.dueBy(dueMs)).toBe(index + 1);
        if (index > 0) expect(schedule.dueMs(index - 1)).toBeLessThanOrEqual(dueMs);
      },
    ),
    // After eight million requests a product of doubles is off by more than 1e-9 of one.
    {
      examples: [
        [
          [
            { logsPerSecond: 1, forMs: 7468 },
            { logsPerSecond: 325_167, forMs: 25_301 },
          ],
          1,
          0.999_999_878_449_836_7,
        ],
      ],
    },
  );
});
