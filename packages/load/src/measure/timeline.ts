// A run second by second (longer spans where it is long): what was acknowledged, how fast, and what the services took.
import type { RecordableHistogram } from 'node:perf_hooks';
import type { Outcome } from '../http/sender.ts';
import { TIMELINE_POINTS_MAX } from '../limits.ts';
import { newHistogram, recordMs } from './recorder.ts';

export interface TimelinePoint {
  /** Since the start of what is measured. */
  readonly endSeconds: number;
  readonly logsPerSecond: number;
  readonly errorsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Cores' worth of CPU by process: 1 is one core all of the time. */
  readonly cores: Readonly<Record<string, number>>;
  readonly residentMib: Readonly<Record<string, number>>;
}

export interface Timeline {
  add(outcome: Outcome): void;
  /** Ends the point that is under way; called each `spanMs`. */
  mark(nowMs: number, cores: TimelinePoint['cores'], residentMib: TimelinePoint['residentMib']): TimelinePoint | null;
  readonly points: readonly TimelinePoint[];
}

/** How long each point is, so that a run of `forMs` has no more than are kept. */
export function spanMsOf(forMs: number): number {
  return 1000 * Math.max(1, Math.ceil(forMs / 1000 / TIMELINE_POINTS_MAX));
}

export function createTimeline(startedMs: number): Timeline {
  const points: TimelinePoint[] = [];
  const latency: RecordableHistogram = newHistogram();
  let logs = 0;
  let errors = 0;
  let beganMs = startedMs;
  return {
    points,
    add({ status, accepted, dueMs, doneMs }) {
      if (status !== 202) {
        errors += 1;
        return;
      }
      logs += accepted;
      recordMs(latency, doneMs - dueMs);
    },
    mark(nowMs, cores, residentMib) {
      const seconds = (nowMs - beganMs) / 1000;
      if (seconds <= 0 || points.length >= TIMELINE_POINTS_MAX) return null;
      const at = (percentile: number) =>
        latency.count === 0 ? 0 : Math.min(latency.percentile(percentile), latency.max) / 1000;
      const point: TimelinePoint = {
        endSeconds: (nowMs - startedMs) / 1000,
        logsPerSecond: logs / seconds,
        errorsPerSecond: errors / seconds,
        p50Ms: at(50),
        p99Ms: at(99),
        maxMs: at(100),
        cores,
        residentMib,
      };
      points.push(point);
      latency.reset();
      logs = 0;
      errors = 0;
      beganMs = nowMs;
      return point;
    },
  };
}
