// Watches the engine from its own process: that its port is open, and that no write of it has failed.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { LISTEN_HOST, REFUSALS_MAX, UNANSWERED_MS_MAX, WATCH_INTERVAL_MS } from '../limits.ts';
import type { Ask } from './ask.ts';

/**
 * Resolves with what is wrong when the port has refused connections several times in a row: an engine that runs and does not listen
 * would be taken for alive. A slow one still has its connections accepted.
 */
export async function untilPortCloses(port: number): Promise<string> {
  for (let refusals = 0; refusals < REFUSALS_MAX; ) {
    await pause(WATCH_INTERVAL_MS, undefined, { ref: false });
    refusals = (await accepts(port)) ? 0 : refusals + 1;
  }
  return 'the engine does not listen any more';
}

const FAILED_WRITES = `SELECT value FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'`;

/**
 * Resolves with what is wrong when a write of the engine's has failed. chDB has taken the exception out of ClickHouse's
 * WriteBufferFromFileDescriptor::nextImpl (seen in its sources, and of 26.7): a write to a full disk only counts as failed, and the
 * part is made without what it was to hold. When the engine is killed in time the parts that a merge was made from are still there, see
 * set-aside.ts; that nothing is taken for stored meanwhile is up to whoever inserts. So one that does not tell for long is taken for one
 * that has failed. Asks no more once the engine is told to stop: a connection that comes then would delay its end.
 * @param elapsedMs a clock that only goes forward
 */
export async function untilWriteFails(
  ask: Ask,
  stopping: () => boolean,
  { intervalMs = WATCH_INTERVAL_MS, elapsedMs = () => performance.now() } = {},
): Promise<string> {
  for (let answeredMs = elapsedMs(); ; await pause(intervalMs, undefined, { ref: false })) {
    if (stopping()) continue;
    const value = await ask(FAILED_WRITES).catch(() => null);
    if (value === '') answeredMs = elapsedMs();
    else if (value !== null)
      return 'a write failed (is the disk full?), so what was written last is looked through at the next start';
    // The event is there once it is not zero: one that was too busy to answer tells of it later.
    else if (elapsedMs() - answeredMs > UNANSWERED_MS_MAX)
      return `the engine has not told for ${UNANSWERED_MS_MAX / 60_000} minutes whether a write failed`;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LISTEN_HOST, port });
    socket.once('connect', () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
