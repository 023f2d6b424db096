// One replica of a shard that must not be used: its shard goes on without it, and takes it in once it is mended.
import { startTestCluster, type TestCluster } from '@sazabi/embedded-clickhouse/test-cluster';
import { createLogger, StartupError } from '@sazabi/lifecycle';
import { type ClickHouseClient, openLogStore } from '@sazabi/log-store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from './fixtures/until.ts';
import { prepareShards } from './shards.ts';
import type { StoreServer } from './store-servers.ts';

describe('a shard of two replicas', { timeout: 60_000 }, () => {
  let cluster: TestCluster;
  let stopping: AbortController;
  const clients: ClickHouseClient[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterEach(() => stopping.abort());
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await cluster.close();
  });

  const url = (at: number) => cluster.engines[at]?.appUrl ?? '';
  const open = (address: string) => {
    const client = openLogStore(address, { application: 'test' });
    clients.push(client);
    return client;
  };
  const serverAt = (address: string): StoreServer => ({
    client: open(address),
    name: new URL(address).host,
    place: null,
  });
  const prepare = (...replicas: readonly StoreServer[]) => {
    stopping = new AbortController();
    const close = async () => undefined;
    return prepareShards({ shards: [replicas], reads: null, close }, createLogger('test', 'silent'), stopping.signal);
  };
  const wrongPassword = (at: number) => url(at).replace(/:[^:@/]+@/, ':wrong@');
  const wrongDatabase = (at: number) => url(at).replace(/\/sazabi$/, '/other');

  it.each([
    ['wrong password', wrongPassword],
    ['database that is not there', wrongDatabase],
  ])('with a %s is gone on without', async (_, wrong) => {
    const fit = serverAt(url(0));
    const shards = prepare(serverAt(wrong(1)), fit);
    const store = await shards.storeOf(0, stopping.signal);
    await until('one refused', async () => shards.refused() === 1);
    await shards.someReady;
    store?.moveOn();
    expect(store?.target().client).toBe(fit.client);
    expect(await Promise.race([shards.failed, 'going on'])).toBe('going on');
  });

  it('ends the start where the other one must not be used either', async () => {
    const shards = prepare(serverAt(wrongPassword(0)), serverAt(wrongDatabase(1)));
    await expect(shards.someReady).rejects.toThrow(StartupError);
    await expect(shards.failed).rejects.toThrow(/ is refused /);
  });

  it('is taken in when it is mended', async () => {
    const app = open(url(1));
    await app.command({
      query: `CREATE TABLE logs (a UInt8) ENGINE = Distributed('${cluster.name}', currentDatabase(), 'logs_local')`,
    });
    const [fit, wrong] = [serverAt(url(0)), serverAt(url(1))];
    const shards = prepare(fit, wrong);
    const store = await shards.storeOf(0, stopping.signal);
    await until('one refused', async () => shards.refused() === 1);
    await app.command({ query: 'DROP TABLE logs SYNC' });
    await until('none refused', async () => shards.refused() === 0, 40_000);
    store?.moveOn();
    expect(store?.target().client).toBe(wrong.client);
  });
});
