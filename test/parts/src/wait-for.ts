// Waiting for a condition with a deadline.
import { setTimeout as sleep } from 'node:timers/promises';
import { POLL_MS } from './limits.ts';

/** Resolves when `look` says true; what it throws counts as "not yet". @throws Error after `deadlineMs`, the last error as its cause */
export async function waitFor(what: string, look: () => Promise<boolean> | boolean, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      if (await look()) return;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`Not within ${deadlineMs} ms: ${what}.`, { cause });
    await sleep(POLL_MS);
  }
}
