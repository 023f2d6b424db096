// One workload of the cost measurement: distinct logs in requests that are prepared before the clock starts.
import { createLogGenerator } from '@sazabi/load/log-generator';

export interface Workload {
  readonly logs: number;
  /** Logs a request. */
  readonly batch: number;
  readonly connections: number;
  readonly seed: number;
  readonly settleMs: number;
}

/** What one send takes of the prepared bodies: `count` of them from number `from` on. */
export interface Share {
  readonly from: number;
  readonly count: number;
}

/**
 * Logs of one run are distinct up to this many, about 300 MB of bodies; beyond it the bodies are sent in turns. (A table
 * sorted by time lays copies of a row side by side, where they cost nothing: few bodies would flatter the store.)
 */
const DISTINCT_LOGS_MAX = 1_000_000;
/** Sent before the clock starts, so that what is compiled at run time is compiled. */
const WARM_UP_SHARE = 0.3;

export function sharesOf(work: Workload): { readonly warmUp: Share; readonly measured: Share } {
  const count = Math.ceil(work.logs / work.batch);
  const warmUp = Math.ceil(count * WARM_UP_SHARE);
  return { warmUp: { from: 0, count: warmUp }, measured: { from: warmUp, count } };
}

/** The bodies of a workload, its warm-up's included: logs spread over the last minute. The same seed gives the same but for the times. */
export function prepareBodies(work: Workload): readonly Buffer[] {
  const { warmUp, measured } = sharesOf(work);
  const count = Math.min(warmUp.count + measured.count, Math.ceil(DISTINCT_LOGS_MAX / work.batch));
  const generate = createLogGenerator(work.seed);
  const startMs = Date.now() - 60_000;
  const logs = count * work.batch;
  return Array.from({ length: count }, (_body, body) =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: work.batch }, (_log, at) =>
          generate(startMs + Math.floor(((body * work.batch + at) * 60_000) / logs)),
        ),
      ),
    ),
  );
}
