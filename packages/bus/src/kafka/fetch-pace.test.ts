// Of which size fetches are on links of all speeds.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { afterAnswer, fastPace, slower } from './fetch-pace.ts';
import { FETCH_ANSWER_MS_MAX, FETCH_BYTES_MAX, FETCH_BYTES_MIN } from './limits.ts';

const FAST_MS = 5_000;

/** Fetches over a link: the pace after `count` of them, and how many were lost at the end in a row. */
function fetchOver(bytesPerMs: number, batchBytes: number, count: number) {
  let pace = fastPace(FAST_MS);
  let lostInRow = 0;
  for (let n = 0; n < count; n += 1) {
    const bytes = Math.max(batchBytes, pace.bytesMax);
    const tookMs = bytes / bytesPerMs;
    const inTime = tookMs <= pace.answerMs;
    lostInRow = inTime ? 0 : lostInRow + 1;
    pace = inTime ? afterAnswer(pace, { bytes, tookMs }, FAST_MS) : slower(pace);
  }
  return { pace, lostInRow };
}

it('on a link that takes the largest record in the longest time, no more than a few fetches are lost in a row', () => {
  const slowest = (25 * 1024 * 1024) / FETCH_ANSWER_MS_MAX;
  fc.assert(
    fc.property(
      fc.double({ min: slowest, max: 1e6, noNaN: true }),
      fc.integer({ min: 100, max: 25 * 1024 * 1024 }),
      fc.integer({ min: 1, max: 40 }),
      (bytesPerMs, batchBytes, count) => {
        expect(fetchOver(bytesPerMs, batchBytes, count).lostInRow).toBeLessThanOrEqual(4);
      },
    ),
  );
});

it('goes down to the least, and back to what a good link may take, within a few fetches', () => {
  let pace = fastPace(FAST_MS);
  for (let n = 0; n < 20; n += 1) pace = slower(pace);
  expect(pace).toEqual({ bytesMax: FETCH_BYTES_MIN, answerMs: FETCH_ANSWER_MS_MAX });
  for (let n = 0; n < 10; n += 1) pace = afterAnswer(pace, { bytes: pace.bytesMax, tookMs: 100 }, FAST_MS);
  expect(pace).toEqual({ bytesMax: FETCH_BYTES_MAX, answerMs: FAST_MS });
});

it('is the same after answers that are small or slow', () => {
  const pace = slower(slower(fastPace(FAST_MS)));
  expect(afterAnswer(pace, { bytes: 1_000, tookMs: 1 }, FAST_MS)).toBe(pace);
  expect(afterAnswer(pace, { bytes: pace.bytesMax, tookMs: FAST_MS }, FAST_MS)).toBe(pace);
});
