// Waits that a signal ends, and the backoff of tries.
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** The wait before try `tries` + 1: doubling, with a fifth of chance so that many do not come back at once. */
export function backoffMs(tries: number): number {
  const ms = Math.min(BACKOFF_FIRST_MS * 2 ** Math.max(0, tries - 1), BACKOFF_MAX_MS);
  return ms * (0.8 + Math.random() * 0.2);
}

/** Settles as `promise` does, or rejects with `late()` after `ms`. */
export function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
