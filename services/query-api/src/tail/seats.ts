// How many tails that catch up have records in memory at once: after a restart all come back together (invariant I6).

export interface Seats {
  /** Waits for a seat, holds it during the work. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

export function createSeats(count: number): Seats {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async during(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // The seat goes to whoever has waited longest.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}
