import { expect, it } from 'vitest';
import type { Outcome } from '../http/sender.ts';
import { createSchedule, rampSteps } from '../pace/schedule.ts';
import type { StepReport } from '../report/report.ts';
import { createStepTeller } from './step-teller.ts';

const outcome = (dueMs: number, doneMs: number): Outcome => ({
  request: 0,
  dueMs,
  sentMs: dueMs,
  doneMs,
  stampMs: 0,
  status: 202,
  code: '',
  accepted: 10,
  unclear: false,
  bodyBytes: 0,
});

it('a step is told when the next one is well under way, and what came late counts for the step in whose time it came', () => {
  const steps = rampSteps(10, 20, 2, 2000);
  const told: StepReport[] = [];
  const teller = createStepTeller(steps, createSchedule(steps, 1), 1, (step) => told.push(step));
  teller.add(outcome(0, 10), 0);
  // Due in the first step, acknowledged in the second.
  teller.add(outcome(900, 1100), 0);
  teller.add(outcome(1000, 1010), 0);
  expect(told).toEqual([]);
  teller.add(outcome(1100, 1110), 0);
  expect(told).toMatchObject([{ logsPerSecond: 10, acknowledgedPerSecond: 10, latency: { count: 2 } }]);
  // Stopped there: the second step has had half of its time.
  teller.end(1500);
  expect(told).toHaveLength(2);
  expect(teller.steps()).toMatchObject([
    { acknowledgedPerSecond: 10 },
    { logsPerSecond: 20, acknowledgedPerSecond: 60 },
  ]);
});

it('a step in which nothing could be sent is told too, one that had not begun is not', () => {
  const steps = rampSteps(10, 30, 3, 3000);
  const told: StepReport[] = [];
  const teller = createStepTeller(steps, createSchedule(steps, 1), 1, (step) => told.push(step));
  teller.add(outcome(0, 1500), 0);
  teller.end(1600);
  expect(told).toMatchObject([
    { acknowledgedPerSecond: 0 },
    { acknowledgedPerSecond: 10 / 0.6, latency: { count: 0 } },
  ]);
  expect(teller.steps()).toHaveLength(2);
});

it('the last step has had all of its time when the last request is answered', () => {
  const steps = rampSteps(10, 20, 2, 2000);
  const teller = createStepTeller(steps, createSchedule(steps, 1), 1, () => undefined);
  for (let dueMs = 1000; dueMs < 2000; dueMs += 50) teller.add(outcome(dueMs, dueMs + 1), 0);
  teller.end(1951);
  expect(teller.steps().at(-1)).toMatchObject({ acknowledgedPerSecond: 200 });
});
