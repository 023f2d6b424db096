// The broker is gone: the intake answers 202 from its spool, which is sent on when the broker is back; full, it answers 503.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { createClusterClient, createLoadKey } from '../support/cluster-client.ts';
import { OUTAGE_MS, OUTAGE_TEST_MS, pass } from '../support/outage.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { followTail } from '../support/tail.ts';
import { waitFor } from '../support/wait-for.ts';

const SPOOL_MAX_MIB = 8;
/** Random text, so that it does not shrink much: about 0.6 MiB of spool a request. */
const FILL_LOGS = 100;
const FILL_MESSAGE_BYTES = 6_000;
const FILL_REQUESTS_MAX = 200;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ environment: { SPOOL_MAX_MIB: String(SPOOL_MAX_MIB) } });
});
afterAll(() => cluster?.remove());

const nothingWrong = { missing: [], doubled: [], foreign: [] };

describe('the broker is gone', () => {
  it('I1: the intake goes on answering 202, and all of it is stored once when the broker is back', {
    timeout: OUTAGE_TEST_MS,
  }, async () => {
    const chance = createChance('broker-gone');
    const client = createClusterClient(cluster);
    const name = `broker-${chance.seed}`;
    const tail = followTail({ apiUrl: cluster.apis[0]?.url ?? '' }, cluster.secretKey);
    await tail.opened;
    let lastMs = performance.now();
    let longestMs = 0;
    const load = startLoad(client, {
      name,
      clients: 4,
      random: chance.random,
      publicKey: await createLoadKey(client),
      pauseMs: 100,
      onAcknowledged() {
        longestMs = Math.max(longestMs, performance.now() - lastMs);
        lastMs = performance.now();
      },
    });
    await waitFor('the load runs', () => load.account.acknowledged.size > 500, 20_000);
    await cluster.broker.kill();
    const before = load.account.acknowledged.size;
    await pass(OUTAGE_MS);
    const during = load.account.acknowledged.size - before;
    await cluster.broker.start();
    const backMs = performance.now();
    const account = await load.stop();
    const state = await reconcile(cluster, name, account, 60_000);
    say(
      `broker gone for ${OUTAGE_MS / 1000} s: ${during} logs acknowledged meanwhile, longest without a 202 ${Math.round(longestMs)} ms, all stored ${Math.round(performance.now() - backMs)} ms after its return, ${account.failures.length} failed requests, ${describeReconciliation(state)}`,
    );
    expect(state).toMatchObject(nothingWrong);
    expect(during).toBeGreaterThan(0);
    expect(account.failures).toEqual([]);
    // A live tail stays open meanwhile, and goes on.
    await waitFor('the tail shows all', () => tail.messages.length >= account.acknowledged.size, 30_000);
    const shown = new Set(tail.messages);
    expect([...account.acknowledged].filter((message) => !shown.has(message))).toEqual([]);
    expect([tail.messages.length, tail.connections(), tail.told]).toEqual([shown.size, 1, []]);
    await tail.stop();
  });

  it('I6: a full spool is 503 with Retry-After, and nothing that it took is missing', {
    timeout: OUTAGE_TEST_MS,
  }, async () => {
    const client = createClusterClient(cluster);
    const name = `full-${Date.now()}`;
    await cluster.broker.kill();
    const sent = new Set<string>();
    const acknowledged = new Set<string>();
    const refused = await fill(async (request) => {
      const logs = Array.from({ length: FILL_LOGS }, (_, log) => ({
        message: `${name}-${request}-${log}`,
        attributes: { fill: randomBytes(FILL_MESSAGE_BYTES / 2).toString('hex') },
      }));
      for (const { message } of logs) sent.add(message);
      const response = await client.post(logs);
      if (response.status === 202) for (const { message } of logs) acknowledged.add(message);
      return response;
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await refused.json()).toMatchObject({ data: null, error: { code: 'SERVICE_UNAVAILABLE', accepted: false } });
    expect(acknowledged.size).toBeGreaterThan(0);
    await cluster.broker.start();
    await waitFor('logs are taken again', async () => (await client.post({ message: 'after' })).status === 202, 30_000);
    const state = await reconcile(cluster, name, { sent, acknowledged, failures: [] }, 60_000);
    say(`spool of ${SPOOL_MAX_MIB} MiB full: ${describeReconciliation(state)}`);
    expect(state).toMatchObject(nothingWrong);
  });
});

/** Sends until an answer is not 202, and gives it. */
async function fill(send: (request: number) => Promise<Response>): Promise<Response> {
  for (let request = 0; request < FILL_REQUESTS_MAX; request++) {
    const response = await send(request);
    if (response.status !== 202) return response;
    await response.arrayBuffer();
  }
  return expect.fail('The spool took everything.');
}
