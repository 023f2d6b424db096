// ClickHouse is gone: logs go on being taken, the API says 503, and on its return a fresh log is read within 5 s.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import type { Client } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { createClusterClient, createLoadKey } from '../support/cluster-client.ts';
import { OUTAGE_MS, OUTAGE_TEST_MS, pass } from '../support/outage.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { waitFor } from '../support/wait-for.ts';

const READ_AGAIN_MS = 5_000;
/** A machine that is busy otherwise makes every log slow; what it takes when nothing is wrong is measured first, and counts so often. */
const USUAL_FACTOR = 3;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.remove());

it.each(['killed', 'stopped'] as const)(
  'the store is %s: nothing lost, a fresh log is read within 5 s of its return',
  {
    timeout: OUTAGE_TEST_MS,
  },
  async (how) => {
    const chance = createChance(`store-${how}`);
    const client = createClusterClient(cluster);
    const name = `store-${how}-${chance.seed}`;
    const load = startLoad(client, {
      name,
      clients: 4,
      random: chance.random,
      publicKey: await createLoadKey(client),
      pauseMs: 200,
    });
    await waitFor('the load runs', () => load.account.acknowledged.size > 500, 20_000);
    const usualMs = await readAfterMs(client, `usual-${how}-${chance.seed}`);
    if (how === 'killed') await cluster.store.kill();
    else await cluster.store.pause();
    await pass(OUTAGE_MS);
    if (how === 'killed') {
      const answer = await client.api('POST', '/logs/query', {});
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      await cluster.store.start();
    } else await cluster.store.resume();
    const readMs = await readAfterMs(client, `fresh-${how}-${chance.seed}`);
    const account = await load.stop();
    const state = await reconcile(cluster, name, account, 60_000);
    say(
      `store ${how} for ${OUTAGE_MS / 1000} s: a fresh log is read ${Math.round(readMs)} ms after its return (usually ${Math.round(usualMs)} ms), ${account.failures.length} failed requests, ${describeReconciliation(state)}`,
    );
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
    expect(account.failures).toEqual([]);
    expect(readMs).toBeLessThan(READ_AGAIN_MS + USUAL_FACTOR * usualMs);
  },
);

/** How long it takes from a log's sending until a query finds it. */
async function readAfterMs(client: Client, message: string): Promise<number> {
  const sentMs = performance.now();
  await client.postLogs({ message });
  await waitFor(`the log ${message} is read`, () => client.finds(message), 60_000);
  return performance.now() - sentMs;
}
