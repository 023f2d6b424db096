// Consumers come and go: a killed one's partitions are served by the other, and more of them share the work.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { type Cluster, SESSION_TIMEOUT_MS, startCluster } from '../support/cluster.ts';
import { createClusterClient, createLoadKey } from '../support/cluster-client.ts';
import { describeReconciliation, reconcile, storedMessages } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { waitFor } from '../support/wait-for.ts';

const TAKE_OVER_MS = SESSION_TIMEOUT_MS + 5_000;
/** The Idempotency-Key decides the partition: so many keys meet each of six, but for one time in 10 000. */
const KEYED_LOGS = 60;

let cluster: Cluster;
let publicKey: string;
beforeAll(async () => {
  cluster = await startCluster({ consumers: 2 });
  publicKey = await createLoadKey(createClusterClient(cluster));
});
afterAll(() => cluster?.remove());

/** A rows counter that grows tells that a consumer serves partitions. */
async function serve(consumers: readonly ServiceProcess[]): Promise<void> {
  const rows = () => Promise.all(consumers.map((consumer) => consumer.metric('sazabi_consumer_inserted_rows_total')));
  const before = await rows();
  await waitFor(
    'every consumer inserts',
    async () => (await rows()).every((count, index) => (count ?? 0) > (before[index] ?? 0)),
    30_000,
  );
}

const startSteadyLoad = (name: string, random: () => number) =>
  startLoad(createClusterClient(cluster), { name, clients: 4, random, publicKey, pauseMs: 200 });

describe('consumers', () => {
  it('one of two is killed: its partitions are served by the other within the session timeout + 5 s', {
    timeout: 180_000,
  }, async () => {
    const chance = createChance('consumer-killed');
    const client = createClusterClient(cluster);
    const [killed] = cluster.consumers;
    if (killed === undefined) return expect.fail('There is no consumer.');
    const name = `consumer-${chance.seed}`;
    const load = startSteadyLoad(name, chance.random);
    await serve(cluster.consumers);
    await killed.kill();
    const killedMs = performance.now();
    const probes = Array.from({ length: KEYED_LOGS }, (_, probe) => `probe-${chance.seed}-${probe}`);
    await Promise.all(probes.map((message) => client.postLogs({ message }, { idempotencyKey: message })));
    const allFound = async () => (await storedMessages(cluster, `probe-${chance.seed}`)).size === KEYED_LOGS;
    await waitFor('a log of each partition is stored', allFound, 60_000);
    const servedMs = performance.now() - killedMs;
    await killed.start();
    await killed.ready();
    await serve(cluster.consumers);
    const state = await reconcile(cluster, name, await load.stop(), 60_000);
    say(
      `one of two consumers killed: all partitions served after ${Math.round(servedMs)} ms, ${describeReconciliation(state)}`,
    );
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
    // Sooner than that nobody can know of its end: the probes have met its partitions.
    expect(servedMs).toBeGreaterThan(1_000);
    expect(servedMs).toBeLessThan(TAKE_OVER_MS);
  });

  it('two more under load: every one gets partitions, nothing is lost or doubled', { timeout: 180_000 }, async () => {
    const chance = createChance('consumers-scaled');
    const name = `scaled-${chance.seed}`;
    const load = startSteadyLoad(name, chance.random);
    await serve(cluster.consumers);
    await cluster.addConsumer();
    await serve(cluster.consumers);
    await cluster.addConsumer();
    await serve(cluster.consumers);
    // And down again: an ordinary stop gives the partitions back at once.
    const last = cluster.consumers.at(-1);
    expect(await last?.stop()).toBe(0);
    await serve(cluster.consumers.slice(0, -1));
    const state = await reconcile(cluster, name, await load.stop(), 60_000);
    say(`consumers from 2 to 4 and to 3: ${describeReconciliation(state)}`);
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
  });
});
