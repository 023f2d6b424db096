// How many tails that catch up have records in memory at once: after a restart all come back together (invariant I6).
import { createFairQueue } from './fair-queue.ts';

export interface Seats {
  /** Waits for a seat, holds it during the work. */
  during<T>(organizationId: string, work: () => Promise<T>): Promise<T>;
  /** Whether another organization waits: who holds a seat for long should then give it up. */
  isWantedByOthersThan(organizationId: string): boolean;
}

export function createSeats(count: number): Seats {
  let free = count;
  const waiting = createFairQueue();
  return {
    async during(organizationId, work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(organizationId, resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
    isWantedByOthersThan: waiting.hasOthersThan,
  };
}
