// PostgreSQL is gone: the intake goes on with the keys it knows, the API says 503, and on its return everything works again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { type Client, expectStatus } from '../support/client.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { createClusterClient, createLoadKey } from '../support/cluster-client.ts';
import { OUTAGE_MS, OUTAGE_TEST_MS, pass } from '../support/outage.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { waitFor } from '../support/wait-for.ts';

/** Above the time in which the API gives a database up that does not answer. */
const ANSWER_MS = 5_000;
const BACK_MS = 15_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ intakes: 2, apis: 2 });
});
afterAll(() => cluster?.remove());

it.each(['killed', 'stopped'] as const)(
  'Postgres is %s: known keys write, the API says 503, and both recover',
  {
    timeout: OUTAGE_TEST_MS,
  },
  async (how) => {
    const chance = createChance(`postgres-${how}`);
    const client = createClusterClient(cluster);
    const name = `postgres-${how}-${chance.seed}`;
    const load = startLoad(client, {
      name,
      clients: 4,
      random: chance.random,
      publicKey: await createLoadKey(client),
      pauseMs: 200,
    });
    await waitFor('the load runs', () => load.account.acknowledged.size > 500, 20_000);
    if (how === 'killed') await cluster.postgres.kill();
    else await cluster.postgres.pause();
    for (let api = 0; api < cluster.apis.length; api++) await refuses(createClusterClient(cluster, api));
    await pass(OUTAGE_MS);
    if (how === 'killed') await cluster.postgres.start();
    else await cluster.postgres.resume();
    const backMs = performance.now();
    const worksAgain = async () => await expectStatus(200, await client.api('GET', '/me'));
    await waitFor('the API answers again', worksAgain, BACK_MS);
    const { key } = await client.createKey('public-keys', { name: 'after the outage' });
    // An intake whose feed is cut is not waited for by a change: it learns of the key when its feed is back.
    for (const [index] of cluster.intakes.entries()) {
      const one = createClusterClient({ ...cluster, intakes: cluster.intakes.slice(index, index + 1) });
      const knowsKey = async () => (await one.post({ message: 'of a new key' }, { key })).status === 202;
      await waitFor(`intake ${index + 1} knows the new key`, knowsKey, BACK_MS);
    }
    const worksMs = performance.now() - backMs;
    const account = await load.stop();
    const state = await reconcile(cluster, name, account, 60_000);
    say(
      `postgres ${how} for ${OUTAGE_MS / 1000} s: works ${Math.round(worksMs)} ms after its return, ${account.failures.length} failed requests, ${describeReconciliation(state)}`,
    );
    expect(account.failures).toEqual([]);
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
  },
);

/** Both kinds of call are guarded by a look into Postgres. */
async function refuses(client: Client): Promise<void> {
  for (const [method, path, body] of [
    ['GET', '/me', undefined],
    ['POST', '/logs/query', {}],
  ] as const) {
    const askedMs = performance.now();
    const answer = await client.api(method, path, body);
    expect(performance.now() - askedMs, `${path} answers in time`).toBeLessThan(ANSWER_MS);
    expect(answer.status, `${path}: ${await answer.text()}`).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
}
