// Where a consumer begins, and what is said when that is not where it ended (I7); back-pressure; what readers leave behind.
import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, OwnedPartition, UnreadGone } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { API } from './testing/fault-proxy.ts';
import { putCompressed } from './testing/put-compressed.ts';
import { recordingLogger } from './testing/recording-logger.ts';
import { consume, serveAll } from './testing/serving.ts';
import { kafkaSettings } from './testing/settings.ts';

const MIB = 1024 * 1024;
const options = { bytesMax: 64 * MIB, recordsMax: 1000, waitMs: 15_000 };

let kafka: ProxiedKafka;
let admin: Admin;
let settings: KafkaSettings;
let buses: Bus[];
beforeAll(async () => {
  kafka = await startProxiedKafka();
  admin = new Kafka({ brokers: [kafka.directBroker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.disconnect();
  await kafka.remove();
});
beforeEach(() => {
  settings = kafkaSettings(`position-${randomUUID()}`);
  buses = [];
});
afterEach(async () => {
  for (const bus of buses) await bus.close();
});

function open(url = kafka.directUrl) {
  const { logger, events } = recordingLogger();
  const gone: UnreadGone[] = [];
  const bus = openBus(url, { kafka: settings, logger, onUnreadGone: (one) => gone.push(one) });
  buses.push(bus);
  return { bus, events, gone };
}

async function append(bus: Bus, count: number, bytes = 10): Promise<void> {
  const producer = await bus.producer();
  for (let n = 0; n < count; n += 1) await producer.append(0, { headers: new Map(), value: Buffer.alloc(bytes, n) });
}

async function owned(bus: Bus): Promise<OwnedPartition> {
  const serving = serveAll(await bus.consumer());
  await expect.poll(serving.partitions).toEqual([0]);
  const partition = serving.owned(0);
  if (partition === undefined) throw new Error('partition 0 is served');
  return partition;
}

async function deleteBefore(offset: number): Promise<void> {
  const { topic } = settings;
  // The client knows the leaders of topics only that it was asked about.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
}

describe('I7: a position that is not kept any more', () => {
  it('records deleted before they were read: goes on at the earliest, never the latest, and says what is lost', async () => {
    const { bus, events, gone } = open();
    await append(bus, 10);
    const first = await owned(bus);
    await first.commit(3);
    await deleteBefore(7);
    const records = await first.read(3, options);
    expect(records.map(({ offset }) => offset)).toEqual([7, 8, 9]);
    expect(gone).toEqual([{ partition: 0, from: 3, earliest: 7, records: 4 }]);
    expect(events('records_lost_unread')).toMatchObject([{ level: 'error', from: 3, earliest: 7, records: 4 }]);
    // Asked for again it is read again, and told once.
    expect((await first.read(10, { ...options, waitMs: 0 })).length).toBe(0);
    expect(gone).toHaveLength(1);
  });

  it('records deleted while what came before them waits to be read', async () => {
    const { bus, gone } = open();
    await append(bus, 5, 3 * MIB);
    const first = await owned(bus);
    const before = await first.read(0, { ...options, recordsMax: 1 });
    await append(bus, 5, 3 * MIB);
    await deleteBefore(8);
    const after: number[] = [];
    for (let at = 1; after.at(-1) !== 9; at = (after.at(-1) ?? 0) + 1) {
      after.push(...(await first.read(at, options)).map(({ offset }) => offset));
    }
    expect(before.map(({ offset }) => offset)).toEqual([0]);
    // Some were in memory already; whatever was not is told.
    const kept = after.filter((offset) => offset < 8).length;
    expect(gone.reduce((sum, { records }) => sum + records, 0)).toBe(7 - kept);
    expect(kept).toBeLessThan(7);
  });

  it('a position beyond the end, as in a topic that was made anew: from the earliest', async () => {
    const { bus, gone } = open();
    await append(bus, 2);
    const first = await owned(bus);
    await first.commit(100);
    expect((await first.read(100, options)).map(({ offset }) => offset)).toEqual([0, 1]);
    expect(gone).toEqual([{ partition: 0, from: 100, earliest: 0, records: 0 }]);
  });

  it('a broker that is behind its leader says that a position is not kept: asked again, nothing is told or read twice', async () => {
    const { bus, gone, events } = open(kafka.url);
    await append(bus, 4);
    /** The partition's error in an answer to a fetch of one partition, version 11: behind lengths, ids and names. */
    const errorAt = 4 + 4 + 4 + 2 + 4 + 4 + (2 + settings.topic.length) + 4 + 4;
    const OFFSET_OUT_OF_RANGE = 1;
    let lies = 0;
    kafka.proxy.decide((apiKey, answer) => {
      if (apiKey === API.fetch && lies === 0) lies = answer.writeInt16BE(OFFSET_OUT_OF_RANGE, errorAt);
      return 'pass';
    });
    const first = await owned(bus);
    const offsets = (await first.read(2, options)).map(({ offset }) => offset);
    kafka.proxy.decide(() => 'pass');
    expect(lies).toBeGreaterThan(0);
    expect(offsets).toEqual([2, 3]);
    expect(gone).toEqual([]);
    expect(events('records_lost_unread')).toEqual([]);
  });

  it('no position, and a topic whose beginning is gone: the earliest, with a word about it', async () => {
    const { bus, events, gone } = open();
    await append(bus, 4);
    await deleteBefore(2);
    const first = await owned(bus);
    expect(await first.committed()).toBeNull();
    expect((await first.read(0, options)).map(({ offset }) => offset)).toEqual([2, 3]);
    expect(events('partition_begins_late')).toMatchObject([{ level: 'warn', earliest: 2 }]);
    expect(gone).toEqual([]);
  });

  it('counts its lag from the earliest that is kept', async () => {
    const { bus } = open();
    await append(bus, 6);
    await deleteBefore(2);
    const consumer = await bus.consumer();
    expect(await consumer.lag()).toEqual([{ partition: 0, records: 4 }]);
  });
});

describe('I6: what is fetched and not read', () => {
  it('is bounded while nobody reads, and comes in order afterwards', async () => {
    const { bus } = open();
    await append(bus, 40, MIB);
    const proxied = open(kafka.url);
    const before = kafka.proxy.bytesAnswered();
    const first = await owned(proxied.bus);
    const start = await first.read(0, { ...options, recordsMax: 1 });
    // Fetching has stopped when the answers do: twice the same count, half a second apart.
    let last = -1;
    const settled = () => {
      const now = kafka.proxy.bytesAnswered();
      const same = now - last < 10_000;
      last = now;
      return same;
    };
    await expect.poll(settled, { interval: 500, timeout: 30_000 }).toBe(true);
    // 8 MiB, the answer of 4 that passes it, and what else is said.
    expect(kafka.proxy.bytesAnswered() - before).toBeLessThan(14 * MIB);
    const offsets = start.map(({ offset }) => offset);
    while (offsets.length < 40) {
      offsets.push(...(await first.read((offsets.at(-1) ?? 0) + 1, options)).map(({ offset }) => offset));
    }
    expect(offsets).toEqual(Array.from({ length: 40 }, (_, offset) => offset));
  });
});

describe('a topic that takes records of others', () => {
  it('is not fetched in vain over and over for one partition that cannot be read', async () => {
    settings = { ...settings, partitions: 2 };
    await admin.createTopics({ topics: [{ topic: settings.topic, numPartitions: 2 }] });
    await putCompressed(kafka.directBroker, settings.topic, 0);
    const producer = await open().bus.producer();
    const count = 60;
    // Four fill an answer nearly: of what is cut off at its end little is sent twice.
    const value = Buffer.alloc(1_000_000);
    for (let n = 0; n < count; n += 1) await producer.append(1, { headers: new Map(), value });
    const { bus } = open(kafka.url);
    const serving = serveAll(await bus.consumer());
    await expect.poll(serving.partitions).toEqual([0, 1]);
    const before = kafka.proxy.bytesAnswered();
    const unread = serving
      .owned(0)
      ?.read(0, options)
      .catch(() => []);
    for (let at = 0; at < count; ) at += (await serving.owned(1)?.read(at, options))?.length ?? 0;
    // What the first fetch may have brought is lost with it.
    expect(kafka.proxy.bytesAnswered() - before).toBeLessThan((count + 10) * value.byteLength);
    await bus.close();
    await unread;
  });

  it('gives a reader what it asked for though the broker sends whole batches', async () => {
    const { bus } = open();
    const producer = await bus.producer();
    const many = Array.from({ length: 50 }, (_, n) => ({ headers: new Map(), value: Buffer.from([n]) }));
    await Promise.all(many.map((record) => producer.append(0, record)));
    const reader = await bus.reader();
    const records = await reader.read(0, 33, { ...options, recordsMax: 2 });
    expect(records.map(({ offset, value }) => [offset, value[0]])).toEqual([
      [33, 33],
      [34, 34],
    ]);
  });
});

describe('readers', () => {
  it('leave no group on the broker, share connections, and read many places of a partition at a time', async () => {
    const { bus } = open();
    await append(bus, 30, 1000);
    const readers = await Promise.all(Array.from({ length: 10 }, () => bus.reader()));
    const reads = readers.map(async (reader, index) => {
      const records = await reader.read(0, index * 3, { ...options, recordsMax: 3 });
      return records.map(({ offset }) => offset);
    });
    expect(await Promise.all(reads)).toEqual(readers.map((_, index) => [index * 3, index * 3 + 1, index * 3 + 2]));
    const { groups } = await admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.includes(settings.topic))).toEqual([]);
  });

  it('fail with unavailable while the broker is away, and go on when it is back', async () => {
    const { bus } = open(kafka.url);
    await append(bus, 1);
    const reader = await bus.reader();
    kafka.proxy.refuse();
    await expect(reader.read(0, 0, { ...options, waitMs: 0 })).rejects.toMatchObject({ failure: 'unavailable' });
    kafka.proxy.accept();
    await expect
      .poll(() =>
        reader.read(0, 0, options).then(
          (records) => records.length,
          () => 0,
        ),
      )
      .toBe(1);
  });
});

it('a bus whose brokers are away: every part says so, and opens when they are back', async () => {
  kafka.proxy.refuse();
  const { bus } = open(kafka.url);
  const parts = [() => bus.producer(), () => bus.reader(), () => bus.consumer(), () => bus.deadLetters()];
  const outcomes = await Promise.allSettled(parts.map((part) => part()));
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.failure)).toEqual(
    parts.map(() => 'unavailable'),
  );
  kafka.proxy.accept();
  await Promise.all(parts.map((part) => part()));
});

it('consumes what is appended while it consumes, once', async () => {
  const { bus } = open();
  const seen: number[] = [];
  const consumer = await bus.consumer();
  consumer.run((partition) => consume(partition, ({ offset }) => seen.push(offset)));
  await append(bus, 100, 10_000);
  await expect.poll(() => seen.length).toBe(100);
  expect(seen).toEqual(Array.from({ length: 100 }, (_, offset) => offset));
});
