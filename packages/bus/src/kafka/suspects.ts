// Partitions of which a fetch may have failed. An answer fails as a whole for what is wrong with one of its partitions, so each of
// them is asked for alone, until it has been read; one that cannot be read then costs the others nothing.
import { backoffMs } from './pause.ts';

export interface Suspects {
  has(partition: number): boolean;
  /** Whether it may be asked for now: suspects wait between tries. */
  isDue(partition: number): boolean;
  /** A fetch of these has failed: they wait until `release`, which is due in so many ms. */
  add(partitions: readonly number[]): number;
  release(partitions: readonly number[]): void;
  /** They have been read. */
  clear(partitions: Iterable<number>): void;
}

export function createSuspects(): Suspects {
  const tries = new Map<number, number>();
  const waiting = new Set<number>();
  return {
    has: (partition) => tries.has(partition),
    isDue: (partition) => !waiting.has(partition),
    add(partitions) {
      for (const partition of partitions) {
        tries.set(partition, (tries.get(partition) ?? 0) + 1);
        waiting.add(partition);
      }
      return backoffMs(Math.max(...partitions.map((partition) => tries.get(partition) ?? 0)));
    },
    release(partitions) {
      for (const partition of partitions) waiting.delete(partition);
    },
    clear(partitions) {
      for (const partition of partitions) tries.delete(partition);
    },
  };
}
