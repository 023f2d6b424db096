// Ours: the started system on embedded parts, driven with a public key without a rate limit.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLogStore } from '@sazabi/log-store';
import { createClient } from '../../support/client.ts';
import { startSystem } from '../../support/system.ts';
import { storedLogs } from '../stored-logs.ts';
import type { Peer } from './peer.ts';

const QUERYABLE_DEADLINE_MS = 60_000;
/** Rare: its cost is in our figure. */
const LOOK_EVERY_MS = 500;

export const sazabi = (): Peer => ({
  id: 'sazabi',
  name: 'Sazabi',
  version: commit(),
  acknowledgement: 'fsynced to the bus',
  settleMs: 5000,
  async start() {
    const system = await startSystem();
    const client = createClient(system);
    const { key } = await client.createKey('public-keys', { name: 'peers', rateLimitPerMinute: null });
    const store = openLogStore(system.clickHouseUrl(), { application: 'measure' });
    let counted = 0;
    return {
      pid: system.pid('standalone'),
      answeringPid: system.pid('intake'),
      url: () => `${system.intakeUrl}/v1/logs`,
      headers: () => ({ 'x-sazabi-key': key }),
      async settled(acknowledgedLogs) {
        const deadline = performance.now() + QUERYABLE_DEADLINE_MS;
        const expected = counted + acknowledgedLogs;
        // Requests that wrk left unanswered at its end are stored too: the count has to rest.
        for (let before = -1; counted < expected || counted !== before; ) {
          if (performance.now() > deadline) throw new Error(`${counted} logs of ${expected} can be queried.`);
          await sleep(LOOK_EVERY_MS);
          before = counted;
          counted = await storedLogs(store);
        }
      },
      async stop() {
        await store.close();
        await system.stop();
      },
    };
  },
});

function commit(): string {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'this copy';
}
