// Watches the engine from its own process: that its port is open, and that no write of it has failed.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { LISTEN_HOST, REFUSALS_MAX, WATCH_INTERVAL_MS } from '../limits.ts';
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
 * set-aside.ts; that nothing is taken for stored meanwhile is up to whoever inserts. Asks no more once the engine is told to stop: a
 * connection that comes then would delay its end.
 */
export async function untilWriteFails(ask: Ask, stopping: () => boolean): Promise<string> {
  // An engine too busy to answer is asked again; the event is there once it is not zero.
  while (stopping() || (await ask(FAILED_WRITES).catch(() => '')) === '')
    await pause(WATCH_INTERVAL_MS, undefined, { ref: false });
  return 'a write failed (is the disk full?), so what was written last is looked through at the next start';
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
