// A store that refuses for what it is, not for what it is sent: the partition waits and says why, nothing is given up, and it
// goes on soon after the cause is gone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusProducer, openBus } from '@sazabi/bus';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { type ClickHouseClient, openLogStore } from '@sazabi/log-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ID, sampleRecord } from './fixtures/sample-record.ts';
import { storedDead, storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';
import { type RunningConsumer, run } from './run.ts';

describe('a store in trouble', { timeout: 60_000 }, () => {
  let folder: string;
  let engine: EmbeddedClickHouse;
  let store: ClickHouseClient;
  let bus: ReturnType<typeof openBus>;
  let producer: BusProducer;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-trouble-'));
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
    store = openLogStore(engine.appUrl, { application: 'test' });
    const url = `lmdb:${join(folder, 'bus')}`;
    bus = openBus(url);
    producer = await bus.producer();
    consumer = await run({
      bus: { url, kafka: undefined },
      clickHouseUrl: engine.appUrl,
      cluster: null,
      internal: { host: '127.0.0.1', port: 0, token: undefined },
      logLevel: 'silent',
    });
  });

  afterAll(async () => {
    await consumer.close();
    await producer.close();
    await bus.close();
    await store.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const internal = async (path: string) => {
    const response = await fetch(`${consumer.details.internalUrl}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const appendSome = async () => {
    const records = Array.from({ length: 5 }, () => sampleRecord([{ rows: 3 }]));
    await Promise.all(records.map((record) => producer.append(0, record)));
    return records;
  };
  const expectStored = async (records: readonly { readonly id: string }[], deadlineMs: number) => {
    const rows = async () => {
      const stored = await storedRows(store, PROJECT_ID);
      return records.map(({ id }) => stored.get(id));
    };
    await until('stored', async () => (await rows()).every((count) => count === 3), deadlineMs);
    expect(await storedDead(store)).toEqual({ letters: [], tombstones: [] });
    await until('ready', async () => (await internal('/readyz')).status === 200);
    expect((await internal('/metrics')).text).not.toMatch(/^sazabi_consumer_waiting\{/m);
  };

  it.each([
    [
      '252 TOO_MANY_PARTS',
      'parts_to_throw_insert = 1, parts_to_delay_insert = 1',
      'parts_to_throw_insert, parts_to_delay_insert',
    ],
    [
      '243 NOT_ENOUGH_SPACE',
      'min_free_disk_bytes_to_perform_insert = 1000000000000000',
      'min_free_disk_bytes_to_perform_insert',
    ],
  ])('%s', async (code, trouble, settings) => {
    await expectStored(await appendSome(), 20_000);
    await store.command({ query: `ALTER TABLE logs MODIFY SETTING ${trouble}` });
    const records = await appendSome();
    await until('not ready', async () => (await internal('/readyz')).text.includes(`partition 0 waits: ${code}`));
    expect((await internal('/metrics')).text).toMatch(
      new RegExp(`^sazabi_consumer_waiting\\{partition="0",code="${code}",service="consumer"\\} 1$`, 'm'),
    );
    // Long enough for the longest wait between two attempts.
    await until('seven failures', async () => {
      const failures = /^sazabi_consumer_failures_total\{failure="wait",.*\} (\d+)$/m.exec(
        (await internal('/metrics')).text,
      );
      return Number(failures?.[1]) >= 7;
    });
    await store.command({ query: `ALTER TABLE logs RESET SETTING ${settings}` });
    await expectStored(records, 5_000);
  });

  it('stopped and continued: waits, tells so, and goes on', async () => {
    process.kill(engine.pid, 'SIGSTOP');
    const records = await appendSome();
    await until('not ready', async () => (await internal('/readyz')).text.includes('no answer to'), 30_000);
    process.kill(engine.pid, 'SIGCONT');
    await expectStored(records, 5_000);
  });
});
