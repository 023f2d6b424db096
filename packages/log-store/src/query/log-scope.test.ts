// From when on a project's logs are seen, against what each change of its retention said at the time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EarlierRetention, visibleFromMs } from './log-scope.ts';

const DAY_MS = 86_400_000;
const NOW_DAY = 5_000;
const days = fc.integer({ min: 1, max: 60 });
/** In days before now: when the retention was changed, and to how many days. */
const changes = fc
  .uniqueArray(fc.record({ ago: fc.integer({ min: 1, max: 90 }), days }), { selector: ({ ago }) => ago, maxLength: 6 })
  .map((some) => some.toSorted((left, right) => right.ago - left.ago));

/** As the control store keeps them: a shorter retention is for all logs, a longer one for those from then on. */
function changed(first: number, all: readonly { ago: number; days: number }[]) {
  let retentionDays = first;
  let hiddenBeforeMs = 0;
  let earlierRetentions: EarlierRetention[] = [];
  for (const change of all) {
    const atMs = (NOW_DAY - change.ago) * DAY_MS;
    hiddenBeforeMs = Math.max(hiddenBeforeMs, atMs - retentionDays * DAY_MS);
    earlierRetentions = [...earlierRetentions, { untilMs: atMs, days: retentionDays }].filter(
      (earlier) => earlier.days < change.days,
    );
    retentionDays = change.days;
  }
  return { retentionDays, hiddenBeforeMs, earlierRetentions };
}

describe('a project’s logs', () => {
  it('are seen as long as every retention since they were received has said', () => {
    fc.assert(
      fc.property(days, changes, fc.integer({ min: 0, max: 150 }), (first, all, receivedAgo) => {
        const before = all.filter(({ ago }) => ago >= receivedAgo).at(-1)?.days ?? first;
        const since = all.filter(({ ago }) => ago < receivedAgo).map((change) => change.days);
        const isSeen = receivedAgo <= Math.min(before, ...since);
        const fromMs = visibleFromMs(changed(first, all), NOW_DAY * DAY_MS);
        expect((NOW_DAY - receivedAgo) * DAY_MS >= fromMs).toBe(isSeen);
      }),
      { numRuns: 2_000 },
    );
  });
});
