// From a 202 to the first query that finds the log: some requests of the load are asked for through the API until they are there.
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadApi, pageSchema } from '../api.ts';
import type { Outcome } from '../http/sender.ts';
import {
  PROBE_AGE_GROWTH,
  PROBE_DEADLINE_MS,
  PROBE_FIRST_MS_MIN,
  PROBE_FIRST_SHARE,
  PROBES_ASKED_AT_ONCE,
  PROBES_WAITING_MAX,
} from '../limits.ts';
import type { LogIds } from '../logs/log-id.ts';
import { type Latency, latencyOf, newHistogram, recordMs } from './recorder.ts';

export interface Freshness {
  /** From the 202 to the sending of the first query that found the log. */
  readonly latency: Latency;
  readonly probes: number;
  readonly queries: number;
  readonly notFound: number;
  /** Queries that failed; their probes asked again. */
  readonly failures: number;
}

export interface Prober {
  /** Takes a request as a probe when one is due. */
  offer(outcome: Outcome): void;
  /** Waits for those that are not found yet, so long at most. */
  finish(withinMs: number): Promise<Freshness>;
}

export interface ProberOptions {
  readonly api: LoadApi;
  readonly projectId: string;
  readonly ids: LogIds;
  readonly batch: number;
  /** Ms between probes. */
  readonly everyMs: number;
  readonly stop: AbortSignal;
}

export function createProber({ api, projectId, ids, batch, everyMs, stop }: ProberOptions): Prober {
  const late = new AbortController();
  const end = AbortSignal.any([stop, late.signal]);
  const latency = newHistogram();
  const waiting = new Set<Promise<void>>();
  const ask = atMostAtOnce(PROBES_ASKED_AT_ONCE);
  let nextMs = 0;
  let probes = 0;
  let queries = 0;
  let notFound = 0;
  let failures = 0;

  const isFound = async (outcome: Outcome): Promise<boolean> => {
    const page = await api.whole('POST', 'logs/query', pageSchema, {
      projectId,
      // Its last log has this very time: the query reads next to nothing.
      from: new Date(outcome.stampMs).toISOString(),
      to: new Date(outcome.stampMs + 1).toISOString(),
      filters: [{ field: 'attributes.trace', op: 'eq', value: idText(ids, outcome.request, batch - 1) }],
      limit: 1,
    });
    return page.data.length > 0;
  };
  const askFor = async (outcome: Outcome): Promise<{ readonly askedMs: number; readonly found: boolean }> => {
    const askedMs = performance.now();
    queries += 1;
    const found = await isFound(outcome).catch(() => {
      failures += 1;
      return false;
    });
    return { askedMs, found };
  };
  const probe = async (outcome: Outcome): Promise<void> => {
    const usualMs = latency.count === 0 ? 0 : latencyOf(latency).p50;
    let ageMs = Math.max(PROBE_FIRST_MS_MIN, usualMs * PROBE_FIRST_SHARE);
    for (;;) {
      await sleep(Math.max(0, outcome.doneMs + ageMs - performance.now()), undefined, { signal: end }).catch(
        () => undefined,
      );
      const { askedMs, found } = await ask(() => askFor(outcome));
      if (found) return recordMs(latency, askedMs - outcome.doneMs);
      if (askedMs - outcome.doneMs > PROBE_DEADLINE_MS || end.aborted) break;
      ageMs = Math.max(ageMs, askedMs - outcome.doneMs) * PROBE_AGE_GROWTH;
    }
    notFound += 1;
  };
  return {
    offer(outcome) {
      if (outcome.accepted < batch || outcome.doneMs < nextMs || waiting.size >= PROBES_WAITING_MAX) return;
      nextMs = outcome.doneMs + everyMs;
      probes += 1;
      const settled = probe(outcome).finally(() => waiting.delete(settled));
      waiting.add(settled);
    },
    async finish(withinMs) {
      const timer = setTimeout(() => late.abort(), withinMs);
      await Promise.all(waiting);
      clearTimeout(timer);
      return { latency: latencyOf(latency), probes, queries, notFound, failures };
    },
  };
}

/** An id as a row has it. */
export function idText(ids: LogIds, request: number, place: number): string {
  const bytes = Buffer.alloc(12);
  ids.write(bytes, 0, request, place);
  return bytes.toString('latin1');
}

function atMostAtOnce(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (running >= count) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  };
}
