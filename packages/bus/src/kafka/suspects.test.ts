// A partition that cannot be read: that it waits longer and longer, and that the others are cleared.
import { expect, it } from 'vitest';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';
import { createSuspects } from './suspects.ts';

it('lets what failed wait, once a second at last, and is done with what was read', () => {
  const suspects = createSuspects();
  expect(suspects.add([0, 1])).toBeLessThanOrEqual(BACKOFF_FIRST_MS);
  expect([0, 1, 2].map(suspects.isDue)).toEqual([false, false, true]);
  suspects.release([0, 1]);
  expect([0, 1, 2].map(suspects.isDue)).toEqual([true, true, true]);
  expect([0, 1, 2].map(suspects.has)).toEqual([true, true, false]);
  suspects.clear([1]);
  expect([0, 1, 2].map(suspects.has)).toEqual([true, false, false]);
  for (let tries = 0; tries < 10; tries += 1) suspects.add([0]);
  const waitMs = suspects.add([0, 1]);
  expect(waitMs).toBeGreaterThan(BACKOFF_MAX_MS / 2);
  expect(waitMs).toBeLessThanOrEqual(BACKOFF_MAX_MS);
});
