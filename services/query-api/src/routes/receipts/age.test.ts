import { newUuidV7, uuidToText } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import { isTooOld } from './age.ts';

const DAY_MS = 86_400_000;
const DAY = 20_000;
const MADE_AT_MS = DAY * DAY_MS + 1_000;
const storedId = uuidToText(newUuidV7(MADE_AT_MS));

it.each([
  ['7 days after it was made', DAY + 30, MADE_AT_MS + 7 * DAY_MS, false],
  ['a moment later', DAY + 30, MADE_AT_MS + 7 * DAY_MS + 1, true],
  ['while the rows of a day of retention are kept', DAY + 2, (DAY + 6) * DAY_MS, false],
  ['when they may be gone', DAY + 2, (DAY + 6) * DAY_MS + 1, true],
  ['a year later, of a request with an id of its own', 0, MADE_AT_MS + 365 * DAY_MS, false],
])('a receipt is too old or not: %s', (_when, day, nowMs, tooOld) => {
  expect(
    isTooOld(
      { storedId, day },
      { id: 'project', retentionDays: 365, hiddenBeforeMs: null, earlierRetentions: [] },
      nowMs,
    ),
  ).toBe(tooOld);
});

it.each([
  ['shows its logs to the moment', 2, null, MADE_AT_MS + 2 * DAY_MS, false],
  ['has ended', 2, null, MADE_AT_MS + 2 * DAY_MS + 1, true],
  ['was shorter once', 365, MADE_AT_MS + 1, MADE_AT_MS + DAY_MS, true],
])(
  'a receipt is answered as long as the retention shows its logs: one that %s',
  (_what, retentionDays, hiddenBeforeMs, nowMs, tooOld) => {
    expect(
      isTooOld(
        { storedId, day: DAY + 30 },
        { id: 'project', retentionDays, hiddenBeforeMs, earlierRetentions: [] },
        nowMs,
      ),
    ).toBe(tooOld);
  },
);
