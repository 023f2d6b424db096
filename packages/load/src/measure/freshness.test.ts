import { expect, it } from 'vitest';
import type { LoadApi } from '../api.ts';
import type { Outcome } from '../http/sender.ts';
import { createLogIds } from '../logs/log-id.ts';
import { createProber } from './freshness.ts';

const outcome = (): Outcome => ({
  request: 1,
  dueMs: performance.now(),
  sentMs: performance.now(),
  doneMs: performance.now(),
  stampMs: Date.now(),
  status: 202,
  code: '',
  accepted: 1,
  unclear: false,
  bodyBytes: 100,
});

it('an API that is away is not waited for longer than was said, and what it failed is told', async () => {
  const away = () => Promise.reject(new Error('No answer.'));
  const api: LoadApi = { call: away, whole: away, remove: away };
  const stop = new AbortController().signal;
  const prober = createProber({ api, projectId: 'p', ids: createLogIds(1), batch: 1, everyMs: 1000, stop });
  prober.offer(outcome());
  // Less than a second ago there was one.
  prober.offer(outcome());
  const startedMs = performance.now();
  const freshness = await prober.finish(200);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(freshness).toMatchObject({ probes: 1, notFound: 1, latency: { count: 0 } });
  expect(freshness.failures).toBe(freshness.queries);
});
