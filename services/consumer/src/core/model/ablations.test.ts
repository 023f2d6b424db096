// The model can fail: with one thing taken away from the protocol or the store, it finds a scenario that breaks an invariant.
import { describe, expect, it } from 'vitest';
import { ABLATIONS, type Ablation } from './ablation.ts';
import { Violation } from './check.ts';
import { runScenario } from './scenario.ts';

const STEPS_EACH = 250;
/** The rarest, `tokens-outlive-sessions`, takes about 900 scenarios. */
const SCENARIOS_MAX = 20_000;

describe('model without …', () => {
  it.each(ABLATIONS)('%s breaks', (ablation) => {
    expect(firstViolation(ablation)).toBeInstanceOf(Violation);
  });
});

function firstViolation(ablation: Ablation): unknown {
  for (let seed = 1; seed <= SCENARIOS_MAX; seed++) {
    try {
      runScenario(seed, STEPS_EACH, ablation);
    } catch (error) {
      return error;
    }
  }
  return null;
}
