// Consumers side by side on a real broker, storing on two shards, each the real engine: killed in turn, with nothing missing,
// nothing double and nothing on the wrong shard.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusProducer, openBus } from '@sazabi/bus';
import { startTestCluster, type TestCluster } from '@sazabi/embedded-clickhouse/test-cluster';
import { openLogStore } from '@sazabi/log-store';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { type ConsumerProcess, startConsumerProcess } from './fixtures/consumer-process.ts';
import { PROJECT_ID, poisonRecord, type SampleRecord, sampleRecord } from './fixtures/sample-record.ts';
import { storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';

const PARTITIONS = 4;
const SESSION_SECONDS = 6;

describe('consumers of one group, two shards', { timeout: 120_000 }, () => {
  let folder: string;
  let kafka: TestKafka;
  let cluster: TestCluster;
  let bus: ReturnType<typeof openBus>;
  let producer: BusProducer;
  let consumers: ConsumerProcess[];
  let settings: Record<string, string>;
  /** Per partition, the records sent. */
  const sent = new Map<number, SampleRecord[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-cluster-'));
    [kafka, cluster] = await Promise.all([startKafka(), startTestCluster()]);
    settings = {
      BUS_URL: kafka.url,
      KAFKA_PARTITIONS: String(PARTITIONS),
      KAFKA_SESSION_TIMEOUT_SECONDS: String(SESSION_SECONDS),
      CLICKHOUSE_CLUSTER: cluster.name,
      CLICKHOUSE_INSERT_URLS: cluster.engines.map(({ appUrl }) => appUrl).join(','),
    };
    const config = parseConfig({ ...settings, CLICKHOUSE_URL: url(0) });
    bus = openBus(config.bus.url, config.bus);
    producer = await bus.producer();
    consumers = [start(), start()];
    await Promise.all(consumers.map(({ ready }) => ready));
  }, 120_000);

  afterAll(async () => {
    await Promise.all(consumers.map((consumer) => consumer.kill()));
    await producer.close();
    await bus.close();
    await Promise.all([kafka.remove(), cluster.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const url = (shard: number) => cluster.engines[shard]?.appUrl ?? '';
  const start = () => startConsumerProcess(folder, url(0), settings);
  const append = async (partition: number, record: SampleRecord) => {
    await producer.append(partition, record);
    sent.set(partition, [...(sent.get(partition) ?? []), record]);
  };
  const appendEverywhere = () =>
    Promise.all(
      Array.from({ length: PARTITIONS * 5 }, (_, index) =>
        append(index % PARTITIONS, sampleRecord([{ rows: 3 }], index % 3 === 0 ? 60 : 30)),
      ),
    );
  /** Ids of the records of these partitions that are not, or not all, on the shard (or on all shards, by `logs`). */
  const missing = async (shard: number, table: string, partitions: readonly number[]) => {
    const store = openLogStore(url(shard), { application: 'test' });
    try {
      const stored = await storedRows(store, PROJECT_ID, table);
      return partitions.flatMap((partition) =>
        (sent.get(partition) ?? []).filter(({ id, rows }) => stored.get(id) !== rows).map(({ id }) => id),
      );
    } finally {
      await store.close();
    }
  };
  const allStored = async () => {
    await until('all is stored', async () => (await missing(0, 'logs', [0, 1, 2, 3])).length === 0, 40_000);
    expect(await missing(0, 'logs_local', [0, 2])).toEqual([]);
    expect(await missing(1, 'logs_local', [1, 3])).toEqual([]);
  };

  it('each record lies on the shard of its partition, and a refused one gets its letter there', async () => {
    await appendEverywhere();
    const poison = poisonRecord();
    await producer.append(3, poison);
    await allStored();
    const store = openLogStore(url(1), { application: 'test' });
    await until('its letter', async () => {
      const query = `SELECT count() FROM dead_letters_local WHERE record_id = '${poison.id}'`;
      const result = await store.query({ query, format: 'JSONCompactEachRow' });
      return Number((await result.json<[string]>())[0]?.[0]) > 0;
    });
    await store.close();
  });

  it('with a shard gone the others are stored still, and its own when it is back', async () => {
    await cluster.kill(1);
    await appendEverywhere();
    await until('shard 1 of 2', async () => (await missing(0, 'logs_local', [0, 2])).length === 0, 20_000);
    await cluster.restart(1);
    const startedAtMs = performance.now();
    await allStored();
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('a consumer that starts while a shard is gone serves the others, and says what it waits for', async () => {
    await cluster.kill(1);
    await Promise.all(consumers.map((consumer) => consumer.kill()));
    consumers = [start()];
    const [internalUrl] = await Promise.all(consumers.map(({ ready }) => ready));
    await appendEverywhere();
    await until('shard 1 of 2', async () => (await missing(0, 'logs_local', [0, 2])).length === 0, 30_000);
    const ready = await fetch(`${internalUrl}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(/partition [13] waits/)]);
    const metrics = await (await fetch(`${internalUrl}/metrics`)).text();
    expect(metrics).toMatch(/^sazabi_consumer_waiting\{partition="[13]",code="[^"]+",service="consumer"\} 1$/m);
    await cluster.restart(1);
    await allStored();
    await until('ready', async () => (await fetch(`${internalUrl}/readyz`)).status === 200);
  });

  it('I2: of two, one is killed: its partitions are served by the other within the session timeout and 5 s', async () => {
    consumers.push(start());
    await consumers[1]?.ready;
    await appendEverywhere();
    await allStored();
    const load = Promise.all([appendEverywhere(), appendEverywhere(), appendEverywhere()]);
    await consumers.shift()?.kill();
    const killedAtMs = performance.now();
    await load;
    await allStored();
    expect(performance.now() - killedAtMs).toBeLessThan((SESSION_SECONDS + 5) * 1000);
  });
});
