// How many partitions of this process are at work, what inserts bring and how long they take: what decides how long each waits for more.
import { FRESH_MS, GATHER_LESS_ROWS, GATHER_MAX_MS, GATHER_MIN_MS, GATHER_MORE_ROWS, GATHER_MS } from './limits.ts';

/** Of the newest insert in the means of what they bring and how long they take: some ten of them count. */
const NEWEST_SHARE = 0.2;

/** What is there to be stored next. */
export interface Waiting {
  readonly rows: number;
  /** Since the oldest record was appended; the clock may be another machine's. */
  readonly ageMs: number;
}

export interface Workload {
  /** How long a partition that has just inserted waits for more records than these. */
  gatherMs(waiting: Waiting): number;
  /** An insert of so many rows was answered after so long. */
  inserted(rows: number, tookMs: number): void;
  /** Runs a read that waits for a first record: the partition rests meanwhile. */
  resting<T>(read: () => Promise<T>): Promise<T>;
  /** A partition has come to this process, or is gone from it. */
  joined(): void;
  left(): void;
}

export function createWorkload(): Workload {
  let atWork = 0;
  let newestRows = 0;
  let meanRows = 0;
  let meanMs = 0;
  return {
    gatherMs({ rows, ageMs }) {
      if (atWork <= 1 && newestRows < GATHER_MORE_ROWS) return GATHER_MS;
      const least = newestRows < GATHER_LESS_ROWS ? GATHER_MS : GATHER_MIN_MS;
      return Math.max(least, Math.min(GATHER_MAX_MS, untilFresh(ageMs, meanRows > 0 ? (rows * meanMs) / meanRows : 0)));
    },
    inserted(rows, tookMs) {
      newestRows = rows;
      meanRows += (rows - meanRows) * NEWEST_SHARE;
      meanMs += (tookMs - meanMs) * NEWEST_SHARE;
    },
    async resting(read) {
      atWork -= 1;
      try {
        return await read();
      } finally {
        atWork += 1;
      }
    },
    joined: () => {
      atWork += 1;
    },
    left: () => {
      atWork -= 1;
    },
  };
}

/**
 * So long may be waited that the oldest record is stored at the age of {@link FRESH_MS}, if more come as they have come since it was
 * appended. `insertMs`: what an insert of those that are there takes by now, and with each as long again as it has waited.
 */
function untilFresh(ageMs: number, insertMs: number): number {
  return (FRESH_MS - ageMs - insertMs) / (1 + insertMs / Math.max(1, ageMs));
}
