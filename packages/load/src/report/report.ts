// The report of a run: everything that was measured, as `--json` prints it. Times are in ms unless a name says otherwise.
import type { ProcessCost } from '../measure/cost-meter.ts';
import type { Freshness } from '../measure/freshness.ts';
import type { ErrorCount, Latency } from '../measure/recorder.ts';
import type { TimelinePoint } from '../measure/timeline.ts';
import type { Verification } from '../verify/verify.ts';

/** What one step of an open loop came to. */
export interface StepReport {
  /** Asked for. */
  readonly logsPerSecond: number;
  readonly acknowledgedPerSecond: number;
  readonly latency: Latency;
  readonly errors: number;
}

export interface ProcessReport extends ProcessCost {
  /** CPU-seconds per million acknowledged logs, while the load ran and, of the services, what was left to do after it. */
  readonly perMillionLogs: number;
}

export interface LoadReport {
  readonly url: string;
  readonly startedAt: string;
  /** Of the load, without warm-up: from the first request to the last answer. */
  readonly seconds: number;
  /** It was ended before its time: Ctrl-C. */
  readonly stopped: boolean;
  readonly workload: {
    readonly loop: 'open' | 'closed';
    readonly batch: number;
    readonly connections: number;
    readonly keys: number;
    readonly encoding: string;
    readonly compression: string;
    readonly seed: number;
    readonly bytesPerLog: number;
    readonly idempotency: boolean;
    /** Of freshness; 0: turned off. */
    readonly probesPerSecond: number;
  };
  readonly requests: number;
  readonly acknowledged: number;
  readonly logs: number;
  /** Of acknowledged bodies, as sent. */
  readonly bytes: number;
  readonly logsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Of acknowledged requests: from when they were due (open loop) or sent (closed loop). */
  readonly latency: Latency;
  /** Between being due and being sent: the share of `latency` that was spent on waiting for a free connection. */
  readonly waited: Latency;
  readonly errors: readonly ErrorCount[];
  /** Of requests answered with anything but 202. */
  readonly refusedLatency: Latency;
  /** Open loop: requests that were due and never sent, as every connection was busy. */
  readonly unsent: number;
  /** Open loop: requests that found every connection busy when they were due: the sent ones among them waited at the sender. */
  readonly heldBack: number;
  readonly steps: readonly StepReport[];
  /** null: no secret key, or turned off. */
  readonly freshness: Freshness | null;
  readonly processes: readonly ProcessReport[];
  /** Why services are missing among the processes, or their CPU is not whole: one ended meanwhile. Null where all is there. */
  readonly processesMissing: string | null;
  readonly timeline: readonly TimelinePoint[];
  /** [percentile, ms] */
  readonly curve: readonly (readonly [number, number])[];
  /** null: not asked for. */
  readonly verification: Verification | null;
}
