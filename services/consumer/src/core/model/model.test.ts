// The protocol against a model of the store and the bus, through thousands of seeded scenarios.
import { describe, expect, it } from 'vitest';
import { runScenario } from './scenario.ts';

const STEPS_EACH = 250;
/** `MODEL_STEPS` = steps in all, for long runs; `MODEL_SEED` = where to begin. */
const STEPS = Number(process.env.MODEL_STEPS ?? 3_000_000);
const FIRST_SEED = Number(process.env.MODEL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DEADLINE_MS = 3_600_000;

describe(`model, from seed ${FIRST_SEED}`, () => {
  it('I2, I3, I7: stored once, committed only when stored or dead-lettered, all in the end', {
    timeout: DEADLINE_MS,
  }, () => {
    let [steps, seed, tombstones, spentTokens] = [0, FIRST_SEED, 0, 0];
    for (; steps < STEPS; seed++) {
      const result = runNamed(seed);
      steps += result.steps;
      tombstones += result.tombstones;
      spentTokens += result.spentTokens;
    }
    // The scenarios reach what they are for; one alone, to look at a failure, need not.
    expect(tombstones > 0 || STEPS < 1_000_000).toBe(true);
    expect(spentTokens > 0 || STEPS < 1_000_000).toBe(true);
  });
});

function runNamed(seed: number) {
  try {
    return runScenario(seed, STEPS_EACH);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${why} (again: MODEL_SEED=${seed} MODEL_STEPS=1)`, { cause });
  }
}
