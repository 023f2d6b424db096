// The spool before a real Kafka: what changes there while records wait for it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { NewRecord } from '../bus.ts';
import type { KafkaSettings } from '../kafka/kafka-settings.ts';
import { openBus } from '../open-bus.ts';
import { type SpoolingBus, withSpool } from './spool.ts';
import type { SpoolEvent } from './spool-events.ts';

const soon = { timeout: 90_000, interval: 50 };
const PARTITIONS = 3;
const MESSAGE_BYTES_MAX = 50_000;

let kafka: TestKafka;
let folder: string;
let topic: string;
let events: SpoolEvent[];
const opened: SpoolingBus[] = [];

beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-spool-kafka-'));
  topic = `spool-${Math.random().toString(36).slice(2)}`;
  events = [];
  const configEntries = [{ name: 'max.message.bytes', value: String(MESSAGE_BYTES_MAX) }];
  await withAdmin(({ createTopics }) =>
    createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }] }),
  );
});
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
  await rm(folder, { recursive: true });
});

type Admin = ReturnType<Kafka['admin']>;

async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: [kafka.broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await work(admin);
  await admin.disconnect();
}

function openTopic() {
  const settings: KafkaSettings = {
    ...{ topic, deadLetterTopic: `${topic}.dead`, groupId: topic, partitions: PARTITIONS },
    ...{ replicationFactor: null, minInsyncReplicas: null, retentionMs: 3_600_000 },
    ...{ sessionTimeoutMs: 10_000, tls: null, sasl: null },
  };
  return openBus(kafka.url, { kafka: settings });
}

function openSpool(): SpoolingBus {
  const spool = withSpool(openTopic(), {
    folder,
    bytesMax: 2 ** 26,
    takesGroups: true,
    report: (event) => events.push(event),
  });
  opened.push(spool);
  return spool;
}

const kinds = () => events.map(({ kind }) => kind);
const record = (text: string, length = 0): NewRecord => ({
  headers: new Map([['text', Buffer.from(text)]]),
  value: Buffer.alloc(length, text),
});

/** What the partition holds: the texts of its records, in order. */
async function textsOf(partition: number): Promise<string[]> {
  const bus = openTopic();
  const reader = await bus.reader();
  const { earliest, next } = await reader.extent(partition);
  const texts: string[] = [];
  for (let from = earliest; from < next; ) {
    const found = await reader.read(partition, from, { bytesMax: 2 ** 26, recordsMax: 1_000, waitMs: 15_000 });
    for (const { headers } of found) texts.push(Buffer.from(headers.get('text') ?? []).toString());
    from = (found.at(-1)?.offset ?? next) + 1;
  }
  await bus.close();
  return texts;
}

it('a spooled record larger than the topic takes is set aside, those behind it pass, and a restart sends it again', async () => {
  const spool = openSpool();
  const producer = await spool.producer();
  await expect(producer.append(0, record('straight', 100_000))).rejects.toMatchObject({ failure: 'too-large' });
  await kafka.kill();
  for (const text of ['a', 'b']) await producer.append(0, record(text));
  await producer.append(0, record('large', 100_000));
  await producer.append(0, record('c'));
  await kafka.start();
  await expect.poll(kinds, soon).toEqual(['outage-began', 'set-aside', 'drained']);
  expect(await spool.state()).toMatchObject({ setAside: 1, records: 0 });
  expect(new Set(await textsOf(0))).toEqual(new Set(['a', 'b', 'c']));

  await opened.shift()?.close();
  const again = openSpool();
  await again.producer();
  await expect.poll(async () => (await again.state()).setAside, soon).toBe(1);
  await opened.shift()?.close();

  await withAdmin(({ alterConfigs }) =>
    alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: '1000000' }],
        },
      ],
    }),
  );
  await openSpool().producer();
  await expect.poll(() => textsOf(0), soon).toContain('large');
  await expect.poll(async () => (await opened[0]?.state())?.setAside, soon).toBe(0);
});

it('a topic with fewer partitions than were remembered: records keep theirs where it exists, none is lost', async () => {
  await writeFile(join(folder, 'partitions'), '5\n');
  await kafka.kill();
  const spool = openSpool();
  const producer = await spool.producer();
  expect(producer.partitions).toBe(5);
  for (let partition = 0; partition < 5; partition += 1) {
    for (const n of [1, 2]) await producer.append(partition, record(`p${partition} ${n}`));
  }
  await kafka.start();
  await expect.poll(kinds, soon).toEqual(['outage-began', 'partitions-changed', 'drained']);
  expect(events[1]).toMatchObject({ from: 5, to: PARTITIONS });
  expect(producer.partitions).toBe(PARTITIONS);
  const distinct = async (partition: number) => [...new Set(await textsOf(partition))];
  expect(await distinct(0)).toEqual(['p0 1', 'p0 2', 'p3 1', 'p3 2']);
  expect(await distinct(1)).toEqual(['p1 1', 'p1 2', 'p4 1', 'p4 2']);
  expect(await distinct(2)).toEqual(['p2 1', 'p2 2']);
  await expect(producer.append(3, record('none'))).rejects.toThrow(RangeError);
});
