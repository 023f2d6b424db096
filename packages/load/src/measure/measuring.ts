// All that is measured of one load while it runs, and the report that is made of it.
import type { Outcome } from '../http/sender.ts';
import type { BodyPool } from '../logs/body-pool.ts';
import type { Driven } from '../pace/pace.ts';
import { createSchedule } from '../pace/schedule.ts';
import type { LoadReport } from '../report/report.ts';
import type { LoadOptions, Surroundings } from '../run-options.ts';
import { type CostMeter, type Look, OWN_NAME } from './cost-meter.ts';
import type { Freshness } from './freshness.ts';
import { createRecorder } from './recorder.ts';
import { createStepTeller } from './step-teller.ts';
import { createTimeline, spanMsOf } from './timeline.ts';

const PROGRESS_MS = 250;
const LOGS_PER_MILLION = 1e6;

export interface Measuring {
  readonly hasServices: boolean;
  add(outcome: Outcome, startedMs: number): void;
  /** The last answer is there. */
  endLoad(): void;
  /** Of all until now: what the services have done since the end of the load is theirs too. */
  report(end: ReportEnd): LoadReport;
}

export interface ReportEnd {
  readonly pool: BodyPool;
  readonly driven: Driven;
  readonly startedAt: string;
  readonly freshness: Freshness | null;
  readonly isStopped: boolean;
}

/** Begins to measure, and to tell of it. */
export function createMeasuring(options: LoadOptions, surroundings: Surroundings, meter: CostMeter): Measuring {
  const { steps, batch, forMs } = options;
  const startedMs = performance.now();
  const total = createRecorder();
  const timeline = createTimeline(startedMs);
  const stepTeller =
    steps === null
      ? null
      : createStepTeller(steps, createSchedule(steps, batch), options.connections, surroundings.onStep);
  let before = meter.look();
  const hasServices = before.cpuSeconds.size > 1;
  let markedMs = startedMs;
  const mark = (): void => {
    markedMs = performance.now();
    const look = meter.look();
    timeline.mark(look.atMs, coresBetween(before, look), Object.fromEntries(look.residentMib));
    before = look;
  };
  const tell = (): void => {
    const { logs, latency, errors } = total.tally();
    const seconds = (performance.now() - startedMs) / 1000;
    const { p50, p99 } = latency;
    const latest = timeline.points.at(-1)?.logsPerSecond ?? logs / Math.max(1, seconds);
    surroundings.onProgress({
      seconds,
      forSeconds: forMs / 1000,
      logs,
      logsPerSecond: latest,
      p50Ms: p50,
      p99Ms: p99,
      errors,
    });
  };
  const marks = setInterval(mark, spanMsOf(forMs));
  const tells = setInterval(tell, PROGRESS_MS);
  // Taken at the end of the load: from then on this process reads what is stored.
  let ownCpuSeconds = 0;
  return {
    hasServices,
    add(outcome, loadStartedMs) {
      total.add(outcome);
      timeline.add(outcome);
      stepTeller?.add(outcome, loadStartedMs);
    },
    endLoad() {
      clearInterval(marks);
      clearInterval(tells);
      // Ended during the warm-up: there is no step to tell of, and no moment.
      if (surroundings.stop.aborted && total.tally().requests === 0) return;
      // Rates of a moment say nothing.
      if (performance.now() - markedMs > spanMsOf(forMs) / 2 || timeline.points.length === 0) mark();
      stepTeller?.end(performance.now() - startedMs);
      ownCpuSeconds = meter.look().cpuSeconds.get(OWN_NAME) ?? 0;
    },
    report({ pool, driven, startedAt, freshness, isStopped }) {
      meter.look();
      const { logs, ...tally } = total.tally();
      const seconds = (driven.endedMs - driven.startedMs) / 1000;
      const perMillion = (cpu: number) => (logs === 0 ? 0 : (cpu / logs) * LOGS_PER_MILLION);
      return {
        url: options.intakeUrl.href,
        startedAt,
        seconds,
        stopped: isStopped,
        workload: {
          loop: steps === null ? 'closed' : 'open',
          batch,
          connections: options.connections,
          keys: options.access.kind === 'own' ? options.access.keys : 1,
          encoding: options.encoding,
          compression: options.compression,
          seed: options.seed,
          bytesPerLog: pool.bytesPerLog,
          idempotency: options.idempotency,
          probesPerSecond: options.probesPerSecond,
        },
        requests: tally.requests,
        acknowledged: tally.acknowledged,
        logs,
        bytes: tally.bytes,
        logsPerSecond: logs / seconds,
        requestsPerSecond: tally.acknowledged / seconds,
        latency: tally.latency,
        waited: total.waited(),
        errors: total.errorCounts(),
        refusedLatency: total.refusedLatency(),
        unsent: driven.unsent,
        heldBack: driven.heldBack,
        steps: stepTeller?.steps() ?? [],
        freshness,
        processes: meter
          .costs()
          .map((cost) => (cost.name === OWN_NAME ? { ...cost, cpuSeconds: ownCpuSeconds } : cost))
          .map((cost) => ({ ...cost, perMillionLogs: perMillion(cost.cpuSeconds) })),
        processesMissing: meter.missing(),
        timeline: timeline.points,
        curve: total.curve(),
        verification: null,
      };
    },
  };
}

/** Cores' worth of CPU by process between two looks. */
function coresBetween(before: Look, after: Look): Record<string, number> {
  const seconds = (after.atMs - before.atMs) / 1000;
  return Object.fromEntries(
    [...after.cpuSeconds].map(([name, cpu]) => [name, (cpu - (before.cpuSeconds.get(name) ?? 0)) / seconds]),
  );
}
