// Waiting and trying again: how often in a row something failed decides how long the next wait is.
import {
  type AnswerTo,
  type EffectKind,
  type EffectOf,
  type Failed,
  hasFailed,
  type Machine,
  perform,
} from './effects.ts';

export interface Patience {
  /** Failures since the last commit. */
  failures: number;
}

/** Backs off after a failure. */
export function* pause(patience: Patience, because: Failed): Machine<void> {
  patience.failures += 1;
  yield* perform({ kind: 'wait', attempt: patience.failures, because });
}

/** Performs an effect until it does not fail: for what has no other way to go on. */
export function* insist<K extends EffectKind>(patience: Patience, effect: EffectOf<K>): Machine<AnswerTo<K>> {
  for (;;) {
    const outcome = yield* perform(effect);
    if (!hasFailed(outcome)) return outcome;
    yield* pause(patience, outcome);
  }
}
