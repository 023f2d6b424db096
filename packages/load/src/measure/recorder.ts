// What the figures of a run are made of: latencies in HdrHistograms (Node's own, HdrHistogram_c), counts, errors by kind.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Outcome } from '../http/sender.ts';
import { ERROR_KINDS_MAX, LATENCY_US_MAX } from '../limits.ts';

const US_PER_MS = 1000;
const DIGITS = 3;

/** Latencies in ms. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface ErrorCount {
  /** 0: no answer. */
  readonly status: number;
  readonly code: string;
  readonly count: number;
}

/** The sums of one span of a run. */
export interface Tally {
  /** Requests that are over. */
  readonly requests: number;
  readonly acknowledged: number;
  /** Logs acknowledged, and bytes of their bodies as sent. */
  readonly logs: number;
  readonly bytes: number;
  readonly errors: number;
  /** Of requests that were acknowledged, from when they were due. */
  readonly latency: Latency;
}

export interface Recorder {
  add(outcome: Outcome): void;
  tally(): Tally;
  /** From the sending of those that were answered with anything but 202, to their answer. */
  refusedLatency(): Latency;
  /** How long requests waited between being due and being sent. */
  waited(): Latency;
  errorCounts(): readonly ErrorCount[];
  /** [percentile, ms] for a curve: from 0 to 100, ever closer to it. */
  curve(): readonly (readonly [number, number])[];
}

export function newHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: DIGITS });
}

export function recordMs(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.min(LATENCY_US_MAX, Math.max(1, Math.round(ms * US_PER_MS))));
}

export function latencyOf(histogram: RecordableHistogram): Latency {
  const at = (percentile: number): number =>
    histogram.count === 0 ? 0 : Math.min(histogram.percentile(percentile), histogram.max) / US_PER_MS;
  const max = at(100);
  return {
    count: histogram.count,
    mean: histogram.count === 0 ? 0 : Math.round(histogram.mean) / US_PER_MS,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max,
  };
}

export function createRecorder(): Recorder {
  const latency = newHistogram();
  const refused = newHistogram();
  const waited = newHistogram();
  const errors = new Map<string, ErrorCount>();
  const sums = { requests: 0, acknowledged: 0, logs: 0, bytes: 0, errors: 0 };
  const addError = (status: number, code: string): void => {
    const name = `${status} ${code}`;
    const isKept = errors.has(name) || errors.size < ERROR_KINDS_MAX;
    const kind = isKept ? { status, code } : { status: 0, code: 'OTHER' };
    const kept = isKept ? name : 'OTHER';
    errors.set(kept, { ...kind, count: (errors.get(kept)?.count ?? 0) + 1 });
  };
  return {
    add({ dueMs, sentMs, doneMs, status, code, accepted, bodyBytes }) {
      sums.requests += 1;
      recordMs(waited, sentMs - dueMs);
      if (status === 202) {
        sums.acknowledged += 1;
        sums.logs += accepted;
        sums.bytes += bodyBytes;
        recordMs(latency, doneMs - dueMs);
        return;
      }
      sums.errors += 1;
      addError(status, code);
      if (status !== 0) recordMs(refused, doneMs - sentMs);
    },
    tally: () => ({ ...sums, latency: latencyOf(latency) }),
    refusedLatency: () => latencyOf(refused),
    waited: () => latencyOf(waited),
    errorCounts: () => [...errors.values()].sort((a, b) => b.count - a.count),
    curve: () => [...latency.percentiles].map(([percentile, us]) => [percentile, Number(us) / US_PER_MS] as const),
  };
}
