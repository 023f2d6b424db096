// Waits between tries: doubling, ended by an abort.
import { setTimeout as sleep } from 'node:timers/promises';
import { RETRY_FIRST_MS, RETRY_MAX_MS } from './limits.ts';

export interface Backoff {
  /** Resolves after the next wait, or on the abort. */
  wait(): Promise<void>;
  /** The next wait is the shortest again. */
  reset(): void;
}

export function createBackoff(closing: AbortSignal): Backoff {
  let waitMs = RETRY_FIRST_MS;
  return {
    async wait() {
      await sleep(waitMs, undefined, { signal: closing }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
    },
    reset() {
      waitMs = RETRY_FIRST_MS;
    },
  };
}
