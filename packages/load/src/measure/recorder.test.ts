import { expect, it } from 'vitest';
import type { Outcome } from '../http/sender.ts';
import { ERROR_KINDS_MAX } from '../limits.ts';
import { createRecorder } from './recorder.ts';

const outcome = (over: Partial<Outcome>): Outcome => ({
  request: 0,
  dueMs: 1000,
  sentMs: 1000,
  doneMs: 1001,
  stampMs: 0,
  status: 202,
  code: '',
  accepted: 10,
  unclear: false,
  bodyBytes: 100,
  ...over,
});

it('latency counts from when a request was due, to three digits', () => {
  const recorder = createRecorder();
  for (let ms = 1; ms <= 1000; ms++) recorder.add(outcome({ sentMs: 1500, doneMs: 1000 + ms }));
  const { latency, logs, requests, bytes } = recorder.tally();
  expect({ logs, requests, bytes }).toEqual({ logs: 10_000, requests: 1000, bytes: 100_000 });
  for (const [name, ms] of [
    ['p50', 500],
    ['p90', 900],
    ['p99', 990],
    ['p999', 999],
    ['max', 1000],
  ] as const)
    expect(Math.abs(latency[name] - ms)).toBeLessThanOrEqual(ms / 500);
  expect(recorder.waited().p50).toBeCloseTo(500, 0);
});

it('what is not acknowledged is counted by status and code, and no part of the latency', () => {
  const recorder = createRecorder();
  recorder.add(outcome({}));
  for (const code of ['TIMEOUT', 'TIMEOUT', 'ECONNRESET'])
    recorder.add(outcome({ status: 0, code, accepted: 0, doneMs: 31_000 }));
  recorder.add(outcome({ status: 503, code: 'SERVICE_UNAVAILABLE', accepted: 0, doneMs: 1004 }));
  expect(recorder.tally()).toMatchObject({ requests: 5, acknowledged: 1, logs: 10, errors: 4, latency: { count: 1 } });
  expect(recorder.errorCounts()).toEqual([
    { status: 0, code: 'TIMEOUT', count: 2 },
    { status: 0, code: 'ECONNRESET', count: 1 },
    { status: 503, code: 'SERVICE_UNAVAILABLE', count: 1 },
  ]);
  expect(recorder.refusedLatency()).toMatchObject({ count: 1 });
});

it('kinds of errors past the limit are one', () => {
  const recorder = createRecorder();
  for (let kind = 0; kind < ERROR_KINDS_MAX + 20; kind++)
    recorder.add(outcome({ status: 500, code: `C${kind}`, accepted: 0 }));
  const counts = recorder.errorCounts();
  expect(counts.length).toBeLessThanOrEqual(ERROR_KINDS_MAX + 1);
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(ERROR_KINDS_MAX + 20);
});

it('a run of nothing has figures of nothing', () => {
  const recorder = createRecorder();
  expect(recorder.tally().latency).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
});
