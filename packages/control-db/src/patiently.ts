// Waiting for a database that is away, with backoff: a start does not fail for that.
import { setTimeout as wait } from 'node:timers/promises';
import { WAIT_FIRST_MS, WAIT_MAX_MS } from './limits.ts';
import { isUnavailable } from './unavailable.ts';

export interface Patience {
  /** Ends the waiting with what it aborts with. */
  readonly stopping?: AbortSignal | undefined;
  /** Called after the first attempt that found the database away, and then after twice as many each time. */
  readonly onWait?: ((error: unknown, attempts: number) => void) | undefined;
}

/** Tries `work` until the database is there. @throws what `work` throws for another reason, or the reason of the stop */
export async function patiently<T>(work: () => Promise<T>, { stopping, onWait }: Patience): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    stopping?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (Number.isInteger(Math.log2(attempts))) onWait?.(error, attempts);
    }
    const waitMs = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** (attempts - 1));
    await wait(waitMs, undefined, stopping === undefined ? {} : { signal: stopping });
  }
}
