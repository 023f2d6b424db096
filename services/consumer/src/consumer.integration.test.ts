// The consumer against the real engine and the real bus.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusProducer, openBus } from '@sazabi/bus';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { LARGE_LOG_BYTES, requestIdOf, tellLargeLogs, uuidToText } from '@sazabi/log-record';
import { type ClickHouseClient, openLogStore } from '@sazabi/log-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ID, poisonRecord, sampleRecord } from './fixtures/sample-record.ts';
import { storedDead, storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';
import { LARGE_LOGS_BYTES_MIN } from './limits.ts';
import { type RunningConsumer, run } from './run.ts';

describe('consumer', () => {
  let folder: string;
  let engine: EmbeddedClickHouse;
  let store: ClickHouseClient;
  let bus: ReturnType<typeof openBus>;
  let producer: BusProducer;
  let consumer: RunningConsumer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
    store = openLogStore(engine.appUrl, { application: 'test' });
    bus = openBus(`lmdb:${join(folder, 'bus')}`);
    producer = await bus.producer();
    consumer = await startConsumer();
  });

  const startConsumer = () =>
    run({
      bus: { url: `lmdb:${join(folder, 'bus')}`, kafka: undefined },
      clickHouseUrl: engine.appUrl,
      cluster: null,
      internal: { host: '127.0.0.1', port: 0, token: undefined },
      logLevel: 'silent',
    });

  afterAll(async () => {
    await consumer.close();
    await producer.close();
    await bus.close();
    await store.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const committed = async () => {
    const metrics = await (await fetch(`${consumer.details.internalUrl}/metrics`)).text();
    return /^sazabi_consumer_lag_records\{.*\} 0$/m.test(metrics);
  };

  it('stores a record soon after its append, and commits', async () => {
    const record = sampleRecord([{ rows: 5 }]);
    const startedAtMs = performance.now();
    await producer.append(0, record);
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).get(record.id) === 5);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    await until('committed', committed);
  });

  it('has the table merged by rows once many large logs have come', async () => {
    const byRows = async () => {
      const query = "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'logs'";
      const [table] = await (await store.query({ query, format: 'JSONEachRow' })).json<{ engine_full: string }>();
      return /enable_vertical_merge_algorithm = 0/.test(table?.engine_full ?? '');
    };
    const one = sampleRecord([{ rows: 1, extraBytes: LARGE_LOG_BYTES }]);
    await producer.append(0, one);
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).has(one.id));
    expect(await byRows()).toBe(false);
    const many = sampleRecord([{ rows: 1 }]);
    await producer.append(0, tellLargeLogs(many, LARGE_LOGS_BYTES_MIN));
    await until('merged by rows', byRows);
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).has(many.id));
  });

  it('stores a record once that is twice on the bus', async () => {
    const [one, two] = [sampleRecord([{ rows: 2 }]), sampleRecord([{ rows: 3 }])];
    await Promise.all([one, two, one].map((record) => producer.append(0, record)));
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).has(two.id));
    await producer.append(0, two);
    await producer.append(0, one);
    await until('committed', committed);
    const stored = await storedRows(store, PROJECT_ID);
    expect([stored.get(one.id), stored.get(two.id)]).toEqual([2, 3]);
  });

  it('stores a repeated request once, across records and across days', async () => {
    const [first, second] = [requestIdOf(PROJECT_ID, 'live', 'first'), requestIdOf(PROJECT_ID, 'live', 'second')];
    const records = [
      sampleRecord([{ rows: 2, requestId: first }]),
      sampleRecord([{ rows: 1 }, { rows: 2, requestId: first }, { rows: 4, requestId: second }]),
      sampleRecord([{ rows: 4, requestId: second }, { rows: 7 }], 60),
      sampleRecord([{ rows: 2, requestId: first }], 60),
    ];
    for (const record of records) await producer.append(0, record);
    await until('committed', committed);
    const stored = await storedRows(store, PROJECT_ID);
    expect(stored.get(uuidToText(first))).toBe(2);
    expect(stored.get(uuidToText(second))).toBe(4);
    expect(records.map(({ id }) => stored.get(id))).toEqual([undefined, 1, 7, undefined]);
  });

  it('gives up what the store refuses, and nothing beside it', async () => {
    const poison = poisonRecord();
    const neighbours = Array.from({ length: 9 }, () => sampleRecord([{ rows: 1 }]));
    const all = [...neighbours.slice(0, 4), poison, ...neighbours.slice(4)];
    await Promise.all(all.map((record) => producer.append(0, record)));
    await until('committed', committed);
    const stored = await storedRows(store, PROJECT_ID);
    expect(neighbours.map(({ id }) => stored.get(id))).toEqual(neighbours.map(() => 1));
    expect(await storedDead(store)).toEqual({ letters: [poison.id], tombstones: [poison.id] });
  });

  it('keeps what nobody can decode in the dead letters of the bus, and passes over what has expired', async () => {
    const damaged = { ...sampleRecord([{ rows: 1 }]), value: new Uint8Array([1, 2, 3]) };
    const expired = sampleRecord([{ rows: 1 }], -4);
    const last = sampleRecord([{ rows: 1 }]);
    for (const record of [damaged, expired, last]) await producer.append(0, record);
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).has(last.id));
    await until('committed', committed);
    const [dead, ...others] = await (await bus.deadLetters()).list(10);
    expect([[...(dead?.value ?? [])], others]).toEqual([[1, 2, 3], []]);
    expect(dead?.reason).toMatch(/xxh64/);
    const metrics = await (await fetch(`${consumer.details.internalUrl}/metrics`)).text();
    expect(metrics).toMatch(/^sazabi_consumer_expired_records_total\{.*\} 1$/m);
    expect(metrics).toMatch(/^sazabi_consumer_dead_letters_total\{.*kind="undecodable".*\} 1$/m);
  });

  it('waits while the store is gone, tells so, and goes on within 5 s of its return', async () => {
    const { port, credentials } = engine;
    process.kill(engine.pid, 'SIGKILL');
    await engine.died;
    const records = Array.from({ length: 20 }, () => sampleRecord([{ rows: 2 }]));
    for (const record of records) await producer.append(0, record);
    const ready = async () => (await fetch(`${consumer.details.internalUrl}/readyz`)).status;
    await until('not ready', async () => (await ready()) === 503);
    expect(await committed()).toBe(false);

    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse'), port, credentials });
    await until('committed', committed, 5_000);
    const stored = await storedRows(store, PROJECT_ID);
    expect(records.map(({ id }) => stored.get(id))).toEqual(records.map(() => 2));
    expect(await ready()).toBe(200);
  });

  it('stops at once when idle, and where it stood goes on at the next start', async () => {
    const startedAtMs = performance.now();
    await consumer.close();
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    const record = sampleRecord([{ rows: 3 }]);
    await producer.append(0, record);
    consumer = await startConsumer();
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).get(record.id) === 3);
  });

  it('stores everything of a new bus beside a store that holds the past', async () => {
    const before = await storedRows(store, PROJECT_ID);
    await consumer.close();
    await producer.close();
    await bus.close();
    await rm(join(folder, 'bus'), { recursive: true });
    bus = openBus(`lmdb:${join(folder, 'bus')}`);
    producer = await bus.producer();
    consumer = await startConsumer();
    const records = Array.from({ length: 30 }, () => sampleRecord([{ rows: 1 }]));
    await Promise.all(records.map((record) => producer.append(0, record)));
    await until('committed', committed);
    const after = await storedRows(store, PROJECT_ID);
    expect(after.size).toBe(before.size + records.length);
    expect(records.map(({ id }) => after.get(id))).toEqual(records.map(() => 1));
  });
});
