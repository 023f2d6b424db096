// I1, I2, I7: under random kills and stops of everything, what got a 202 is stored exactly once. The short form of test:soak.
import { expect, it } from 'vitest';
import { createChance, say } from '../support/seed.ts';
import { runSoak } from './run-soak.ts';
import { describe } from './soak-report.ts';

const MINUTES = 1;
const KILLS_MIN = 5;

it('I1 I2 I7: a minute of kills and stops loses, doubles and misplaces nothing', { timeout: 600_000 }, async () => {
  const { seed } = createChance('soak');
  const { report, wrong, kept } = await runSoak({ minutes: MINUTES, seed, killsMin: KILLS_MIN, say });
  say(describe(report));
  expect(wrong, `logs of all processes: ${kept}`).toEqual([]);
});
