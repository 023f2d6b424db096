// Waiting for a condition with a deadline: no test sleeps for a time.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Resolves with the first value of `look` that is neither null, undefined nor false; errors that it throws count as "not yet".
 * @throws Error after `deadlineMs`, naming `what` and the last error
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  deadlineMs: number,
  pollMs: number = POLL_MS,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline)
      throw new Error(`Not within ${deadlineMs} ms: ${what}.`, lastError === undefined ? {} : { cause: lastError });
    await sleep(pollMs);
  }
}
