// Watches that the engine's port is still open: an engine that runs and does not listen would be taken for alive.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { LISTEN_HOST, REFUSALS_MAX, WATCH_INTERVAL_MS } from '../limits.ts';

/** Resolves when the port has refused connections several times in a row; a slow engine still has its connections accepted. */
export async function untilPortCloses(port: number): Promise<void> {
  for (let refusals = 0; refusals < REFUSALS_MAX; ) {
    await pause(WATCH_INTERVAL_MS, undefined, { ref: false });
    refusals = (await accepts(port)) ? 0 : refusals + 1;
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
