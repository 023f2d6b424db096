// The figures of each step of a ramp, told once the step is over.
import type { Outcome } from '../http/sender.ts';
import type { Schedule, Step } from '../pace/schedule.ts';
import type { StepReport } from '../report/report.ts';
import { createRecorder } from './recorder.ts';

export interface StepTeller {
  add(outcome: Outcome, startedMs: number): void;
  /** Tells what has not been told of the steps that had begun by then, in ms from the start. */
  end(atMs: number): void;
  steps(): readonly StepReport[];
}

/** @param connections requests that may still be under way when the next step's are answered */
export function createStepTeller(
  steps: readonly Step[],
  schedule: Schedule,
  connections: number,
  onStep: (step: StepReport) => void,
): StepTeller {
  let stepsMs = 0;
  const each = steps.map((step) => {
    const fromMs = stepsMs;
    stepsMs += step.forMs;
    return { step, fromMs, recorder: createRecorder(), logsInTime: 0 };
  });
  let told = 0;
  let ofLater = 0;
  let reached = -1;
  let begun = 0;
  let endedMs = Number.POSITIVE_INFINITY;
  const reportOf = ({ step, recorder, logsInTime, fromMs }: (typeof each)[number]): StepReport => {
    const { latency, errors } = recorder.tally();
    // The last one of a run that was ended before its time has had less of it.
    const forMs = Math.max(1, Math.min(step.forMs, endedMs - fromMs));
    const acknowledgedPerSecond = logsInTime / (forMs / 1000);
    return { logsPerSecond: step.logsPerSecond, acknowledgedPerSecond, latency, errors };
  };
  const tellBefore = (end: number): void => {
    for (; told < end; told++) {
      const one = each[told];
      if (one !== undefined) onStep(reportOf(one));
    }
  };
  return {
    add(outcome, startedMs) {
      const dueIn = schedule.stepAt(outcome.dueMs - startedMs);
      each[dueIn]?.recorder.add(outcome);
      // What was acknowledged counts for the step in whose time it was: a server that is behind does not keep up with the rate.
      const doneMs = outcome.doneMs - startedMs;
      const doneIn = each[schedule.stepAt(doneMs)];
      if (doneIn !== undefined && doneMs < schedule.forMs) doneIn.logsInTime += outcome.accepted;
      reached = Math.max(reached, dueIn);
      if (reached <= told) return;
      ofLater += 1;
      if (ofLater <= connections) return;
      tellBefore(reached);
      ofLater = 0;
    },
    end(atMs) {
      // With its last request answered a run is whole, though that was due a little before the end.
      if (atMs < schedule.dueMs(schedule.requests - 1)) endedMs = atMs;
      begun = schedule.stepAt(atMs) + 1;
      tellBefore(begun);
    },
    steps: () => each.slice(0, begun).map(reportOf),
  };
}
