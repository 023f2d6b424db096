// How many partitions of this process are at work, what inserts bring and how long they take: what decides how long each waits for more.
import { FRESH_MS, GATHER_LESS_ROWS, GATHER_MAX_MS, GATHER_MIN_MS, GATHER_MORE_ROWS, GATHER_MS } from './limits.ts';

/** Of the newest insert in the mean of how long they take: some ten of them count. */
const NEWEST_SHARE = 0.2;

export interface Workload {
  /** How long a partition that has just inserted waits for more records. */
  gatherMs(): number;
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
  let insertMs = 0;
  let insertRows = 0;
  return {
    gatherMs() {
      if (atWork <= 1 && insertRows < GATHER_MORE_ROWS) return GATHER_MS;
      const least = insertRows < GATHER_LESS_ROWS ? GATHER_MS : GATHER_MIN_MS;
      return Math.max(least, Math.min(GATHER_MAX_MS, FRESH_MS - 2 * insertMs));
    },
    inserted(rows, tookMs) {
      insertMs += (tookMs - insertMs) * NEWEST_SHARE;
      insertRows = rows;
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
