// The start is over when a log can be sent and will be stored: both are asked of the services themselves.
import { setTimeout as sleep } from 'node:timers/promises';
import { POLL_MS } from './limits.ts';

/** Waits until `<internalUrl>/readyz` says 200; null then, else after the deadline why it is not. */
export async function untilReady(
  internalUrl: string,
  token: string,
  deadlineMs: number,
  stopping: AbortSignal,
): Promise<string | null> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const reason = await notReady(internalUrl, token);
    if (reason === null || stopping.aborted || performance.now() > deadline) return reason;
    await sleep(POLL_MS);
  }
}

async function notReady(internalUrl: string, token: string): Promise<string | null> {
  try {
    const response = await fetch(`${internalUrl}/readyz`, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    return response.ok ? null : text.trim();
  } catch {
    return 'it does not answer';
  }
}
