// Rows exactly once while the engine and the consumer are killed at random moments, under load.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BusConsumer, openBus } from '@sazabi/bus';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { requestIdOf, uuidToText } from '@sazabi/log-record';
import { openLogStore } from '@sazabi/log-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from './core/model/random.ts';
import { type ConsumerProcess, startConsumerProcess } from './fixtures/consumer-process.ts';
import { PROJECT_ID, poisonRecord, type SampleRecord, sampleRecord } from './fixtures/sample-record.ts';
import { storedDead, storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';

const KILLS = Number(process.env.CONSUMER_KILLS ?? 8);
const SEED = Number(process.env.CONSUMER_SEED ?? Math.floor(Math.random() * 2 ** 31));
const POISONS_MAX = 6;

describe(`kill -9, seed ${SEED}`, () => {
  let folder: string;
  let engine: EmbeddedClickHouse;
  let consumers: ConsumerProcess[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-kill-'));
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
    consumers = [];
  });

  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.kill()));
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function restartEngine(): Promise<void> {
    process.kill(engine.pid, 'SIGKILL');
    await engine.died;
    const { port, credentials } = engine;
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse'), port, credentials });
  }

  it(`I2, I7: every row once through ${KILLS} kills of engine and consumers`, {
    timeout: 150_000 + KILLS * 5_000,
  }, async () => {
    const random = createRandom(SEED);
    const bus = openBus(`lmdb:${join(folder, 'bus')}`);
    const producer = await bus.producer();
    const position = await bus.consumer();
    // Two at once: each believes that the partition is its own.
    consumers = [startConsumerProcess(folder, engine.appUrl), startConsumerProcess(folder, engine.appUrl)];
    await Promise.all(consumers.map(({ ready }) => ready));

    const expected = new Map<string, number>();
    const poisons: string[] = [];
    const appended: SampleRecord[] = [];
    let loading = true;
    const append = async () => {
      while (loading) {
        const { record, rows } = anyRecord(random.int, expected);
        // Each one is searched for by halves: many would make this a test of that.
        if (poisons.length < POISONS_MAX && random.chance(0.02)) {
          const poison = poisonRecord();
          poisons.push(poison.id);
          await producer.append(0, poison);
        }
        await producer.append(0, record);
        for (const [id, count] of rows) expected.set(id, count);
        appended.push(record);
        const again = appended[random.int(appended.length)];
        if (again !== undefined && random.chance(0.1)) await producer.append(0, again);
        await delay(random.int(4));
      }
    };
    const load = Promise.all([append(), append()]);
    for (let kills = 0; kills < KILLS; kills++) {
      await delay(50 + random.int(700));
      const victim = random.int(3);
      if (victim === 2) await restartEngine();
      else {
        await consumers[victim]?.kill();
        consumers[victim] = startConsumerProcess(folder, engine.appUrl);
      }
    }
    loading = false;
    await load;
    await until('everything is committed', () => nothingWaits(position), 120_000);

    const store = openLogStore(engine.appUrl, { application: 'test' });
    const stored = await storedRows(store, PROJECT_ID);
    const { letters, tombstones } = await storedDead(store);
    await store.close();
    await producer.close();
    await bus.close();
    expect(new Map([...stored].sort())).toEqual(new Map([...expected].sort()));
    expect(new Set(letters)).toEqual(new Set(poisons));
    expect(tombstones.toSorted()).toEqual(poisons.toSorted());
    expect(expected.size).toBeGreaterThan(100);
  });
});

async function nothingWaits(consumer: BusConsumer): Promise<boolean> {
  return (await consumer.lag()).every(({ records }) => records === 0);
}

/** Own rows, requests or both; requests out of a small number, so that they repeat; one of two days. */
function anyRecord(int: (below: number) => number, expected: ReadonlyMap<string, number>) {
  const ownRows = int(3) * int(200);
  const requests = Array.from({ length: ownRows === 0 ? 1 + int(2) : int(2) }, () => int(expected.size + 20));
  const ids = [...new Set(requests)].map((number) => requestIdOf(PROJECT_ID, 'live', `request ${number}`));
  const own = ownRows > 0 ? [{ rows: ownRows }] : [];
  const record = sampleRecord([...own, ...ids.map((requestId) => ({ rows: 3, requestId }))], int(4) === 0 ? 90 : 30);
  const rows = new Map(ids.map((id) => [uuidToText(id), 3]));
  if (ownRows > 0) rows.set(record.id, ownRows);
  return { record, rows };
}
