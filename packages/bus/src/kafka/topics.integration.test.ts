// Topics that are made, topics that are there already, and what is said of those.
import { randomUUID } from 'node:crypto';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openBus } from '../open-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { putCompressed } from './testing/put-compressed.ts';
import { recordingLogger } from './testing/recording-logger.ts';
import { serveAll } from './testing/serving.ts';
import { kafkaSettings } from './testing/settings.ts';

let kafka: TestKafka;
let admin: Admin;
let settings: KafkaSettings;
beforeAll(async () => {
  kafka = await startKafka();
  admin = new Kafka({ brokers: [kafka.broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.disconnect();
  await kafka.remove();
});
beforeEach(() => {
  settings = kafkaSettings(`topics-${randomUUID()}`, { partitions: 3, minInsyncReplicas: 1, retentionMs: 7_200_000 });
});

async function configuration(topic: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
  });
  return Object.fromEntries(
    resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? [],
  );
}

it('makes the topics with what the settings say', async () => {
  const { logger, events } = recordingLogger();
  const bus = openBus(kafka.url, { kafka: settings, logger });
  expect((await bus.producer()).partitions).toBe(3);
  await bus.deadLetters();
  await bus.close();
  expect(await configuration(settings.topic)).toMatchObject({
    'cleanup.policy': 'delete',
    'retention.ms': '7200000',
    'retention.bytes': '-1',
    'max.message.bytes': String(25 * 1024 * 1024),
    'min.insync.replicas': '1',
    'message.timestamp.type': 'LogAppendTime',
    'unclean.leader.election.enable': 'false',
  });
  expect(await configuration(settings.deadLetterTopic)).toMatchObject({
    'cleanup.policy': 'compact',
    'max.message.bytes': String(26 * 1024 * 1024),
  });
  const { topics } = await admin.fetchTopicMetadata({ topics: [settings.deadLetterTopic] });
  expect(topics[0]?.partitions).toHaveLength(1);
  expect(events('topic_made').map(({ topic }) => topic)).toEqual([settings.topic, settings.deadLetterTopic]);
});

it('leaves a topic that is there as it is, takes its partitions, and says once what is wrong with it', async () => {
  const configEntries = [{ name: 'max.message.bytes', value: '1048588' }];
  await admin.createTopics({ topics: [{ topic: settings.topic, numPartitions: 5, configEntries }] });
  const { logger, events } = recordingLogger();
  const bus = openBus(kafka.url, { kafka: settings, logger });
  expect((await bus.producer()).partitions).toBe(5);
  expect((await bus.reader()).partitions).toBe(5);
  await bus.close();
  expect((await configuration(settings.topic))['max.message.bytes']).toBe('1048588');
  expect(events('topic_takes_small_records')).toMatchObject([
    { level: 'warn', topic: settings.topic, bytes: 1_048_588 },
  ]);
  expect(events('topic_not_replicated')).toMatchObject([{ level: 'warn', topic: settings.topic }]);
  expect(events('topic_acknowledged_by_one')).toEqual([]);
  expect(events('topic_made')).toEqual([]);
});

it('many processes that make it at the same moment all go on', async () => {
  const buses = Array.from({ length: 8 }, () => openBus(kafka.url, { kafka: settings }));
  const producers = await Promise.all(buses.map((bus) => bus.producer()));
  expect(producers.map(({ partitions }) => partitions)).toEqual(buses.map(() => 3));
  await Promise.all(buses.map((bus) => bus.close()));
});

it('a replication factor that the brokers cannot give is told, and makes nothing', async () => {
  const bus = openBus(kafka.url, { kafka: { ...settings, replicationFactor: 3 } });
  await expect(bus.producer()).rejects.toMatchObject({ failure: 'unavailable' });
  await expect(bus.producer()).rejects.toThrow(/INVALID_REPLICATION_FACTOR|[Rr]eplication/);
  await bus.close();
  expect(await admin.listTopics()).not.toContain(settings.topic);
});

const options = { bytesMax: 1000, recordsMax: 10, waitMs: 30_000 };

it('a batch that somebody has compressed is read like any other', async () => {
  const bus = openBus(kafka.url, { kafka: settings });
  await bus.producer();
  await putCompressed(kafka.broker, settings.topic, 0);
  const records = await (await bus.reader()).read(0, 0, options);
  expect(records.map(({ value }) => Buffer.from(value).toString())).toEqual(['compressed']);
  await bus.close();
});

it('a partition that cannot be read, in a topic that keeps what is compressed, does not keep others from being read', async () => {
  const { topic } = settings;
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
  await putCompressed(kafka.broker, topic, 0);
  const bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  for (const partition of [1, 2]) await producer.append(partition, { headers: new Map(), value: Buffer.from('plain') });
  const serving = serveAll(await bus.consumer());
  await expect.poll(serving.partitions).toEqual([0, 1, 2]);
  const read = async (partition: number, waitMs: number) =>
    (await serving.owned(partition)?.read(0, { ...options, waitMs }))?.length;
  const unread = expect(read(0, 0)).rejects.toThrow(/compression not implemented/);
  expect(await Promise.all([read(1, 30_000), read(2, 30_000)])).toEqual([1, 1]);
  await unread;
  await bus.close();
});
