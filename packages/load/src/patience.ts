// Calls of an API that may be away for a moment: it is asked again until it is back, or has been away for too long.
import { setTimeout as sleep } from 'node:timers/promises';
import { AWAY_PAUSE_MS } from './limits.ts';

/** Whether an error of a call says that nobody took it: trying later may do. The API's client marks such errors. */
function isAway(error: unknown): boolean {
  return error instanceof Error && 'isAway' in error && error.isAway === true;
}

/**
 * Makes a call until it is answered. @throws the call's own error: at once where it was refused, else when the API was away for
 * `forMs`, or at `stop`
 */
export type Patience = <T>(call: () => Promise<T>) => Promise<T>;

/** All calls made with it wait for the same API: one that has been away for `forMs` (ms) is not waited for by each anew. */
export function createPatience(forMs: number, stop?: AbortSignal): Patience {
  let awaySinceMs: number | null = null;
  return async (call) => {
    for (;;) {
      try {
        const answer = await call();
        awaySinceMs = null;
        return answer;
      } catch (error) {
        if (!isAway(error)) throw error;
        awaySinceMs ??= performance.now();
        if (stop?.aborted || performance.now() - awaySinceMs >= forMs) throw error;
        await sleep(AWAY_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  };
}
