// A consumer that starts while its broker is away: alive, not ready, and at work once the broker is there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBus } from '@sazabi/bus';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { chooseFreePort } from '@sazabi/lifecycle';
import { openLogStore } from '@sazabi/log-store';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { startConsumerProcess } from './fixtures/consumer-process.ts';
import { PROJECT_ID, sampleRecord } from './fixtures/sample-record.ts';
import { storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';

describe('consumer without its broker', { timeout: 120_000 }, () => {
  let folder: string;
  let engine: EmbeddedClickHouse;
  let kafka: TestKafka;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-bus-away-'));
    [engine, kafka] = await Promise.all([
      startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') }),
      startKafka(),
    ]);
    await kafka.kill();
  });

  afterAll(async () => {
    await Promise.all([engine.stop(), kafka.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  const startConsumer = async () => {
    const port = await chooseFreePort('127.0.0.1');
    const settings = { BUS_URL: kafka.url, CONSUMER_INTERNAL_PORT: String(port) };
    const consumer = startConsumerProcess(folder, engine.appUrl, settings);
    const statusOf = async (path: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null))?.status ?? 0;
    return { ...consumer, statusOf };
  };

  it('waits, says that it is not ready, and stores once the broker is there', async () => {
    const consumer = await startConsumer();
    await until('it lives', async () => (await consumer.statusOf('/healthz')) === 200);
    expect(await consumer.statusOf('/readyz')).toBe(503);
    expect(await consumer.statusOf('/metrics')).toBe(200);

    await kafka.start();
    await consumer.ready;
    const { bus: config } = parseConfig({ BUS_URL: kafka.url, CLICKHOUSE_URL: engine.appUrl });
    const bus = openBus(config.url, config);
    const producer = await bus.producer();
    const record = sampleRecord([{ rows: 2 }]);
    await producer.append(0, record);
    const store = openLogStore(engine.appUrl, { application: 'test' });
    await until('it is stored', async () => (await storedRows(store, PROJECT_ID)).get(record.id) === 2);
    expect(await consumer.stop()).toBe(0);
    await store.close();
    await bus.close();
  });

  it('can be stopped while it waits', async () => {
    await kafka.kill();
    const consumer = await startConsumer();
    await until('it lives', async () => (await consumer.statusOf('/healthz')) === 200);
    expect(await consumer.stop()).toBe(0);
  });
});
