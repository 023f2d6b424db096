// Two brokers, of which one is killed. With a copy of each partition the other leads everything, and nothing acknowledged is
// missing; with one copy, half of the partitions have no leader, and the others go on.
import { randomUUID } from 'node:crypto';
import { chooseFreePort, startKafkaProcess, type TestKafka } from '@sazabi/test-parts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBus } from '../open-bus.ts';
import { createClient } from './client.ts';
import { recordingLogger } from './testing/recording-logger.ts';
import { consume } from './testing/serving.ts';
import { kafkaSettings } from './testing/settings.ts';

const PARTITIONS = 4;

let stays: TestKafka;
let dies: TestKafka;
beforeAll(async () => {
  const [port, otherPort, controllerPort] = [await chooseFreePort(), await chooseFreePort(), await chooseFreePort()];
  const shared = {
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'offsets.topic.replication.factor': '2',
    'offsets.topic.num.partitions': '4',
    // How long the controller waits for a broker that was killed before others lead.
    'broker.session.timeout.ms': '2000',
  };
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  stays = await startKafkaProcess({ port, properties: { ...shared, listeners } });
  dies = await startKafkaProcess({
    port: otherPort,
    properties: {
      ...shared,
      'process.roles': 'broker',
      'node.id': '2',
      listeners: `PLAINTEXT://127.0.0.1:${otherPort}`,
    },
  });
});
afterAll(async () => {
  await dies.remove();
  await stays.remove();
});

it('appends and serves on when the leader of half the partitions dies, and when it comes back', async () => {
  const settings = kafkaSettings(`leaders-${randomUUID()}`, {
    partitions: PARTITIONS,
    replicationFactor: 2,
    minInsyncReplicas: 1,
    appendDeadlineMs: 60_000,
  });
  const { logger, events } = recordingLogger();
  const bus = openBus(`${stays.url},${dies.broker}`, { kafka: settings, logger });
  const producer = await bus.producer();
  expect(producer.partitions).toBe(PARTITIONS);
  const seen = new Set<string>();
  const consumer = await bus.consumer();
  consumer.run((owned) => consume(owned, ({ value }) => seen.add(Buffer.from(value).toString())));

  const acknowledged: string[] = [];
  let stopped = false;
  const lane = async (partition: number) => {
    for (let n = 0; !stopped; n += 1) {
      const name = `${partition} ${n}`;
      await producer.append(partition, { headers: new Map(), value: Buffer.from(name) });
      acknowledged.push(name);
      // One after another, but not as fast as can be: the brokers share their cores with others.
      await new Promise((next) => setImmediate(next));
    }
  };
  const lanes = Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => lane(partition)));
  /** Every partition goes on: each acknowledges more, and the consumer sees it. */
  const allGoOn = async () => {
    const from = acknowledged.length;
    const moved = () => new Set(acknowledged.slice(from).map((name) => name.split(' ')[0])).size;
    await expect.poll(moved, { timeout: 60_000 }).toBe(PARTITIONS);
    const upTo = acknowledged.slice(0, acknowledged.length);
    await expect.poll(() => upTo.filter((name) => !seen.has(name)).length, { timeout: 60_000 }).toBe(0);
  };
  await allGoOn();
  await dies.kill();
  await allGoOn();
  await dies.start();
  await allGoOn();
  stopped = true;
  await lanes;
  await expect.poll(() => acknowledged.filter((name) => !seen.has(name)), { timeout: 60_000 }).toEqual([]);
  expect(events('group_lost')).toEqual([]);
  expect(events('topic_not_replicated')).toEqual([]);
  expect(events('topic_acknowledged_by_one')).toMatchObject([{ level: 'warn', topic: settings.topic }]);
  await bus.close();
});

it('with one copy of each partition, those without a leader wait for it, and the others go on', async () => {
  const settings = kafkaSettings(`leaderless-${randomUUID()}`, {
    partitions: PARTITIONS,
    replicationFactor: 1,
    appendDeadlineMs: 5_000,
  });
  const record = { headers: new Map(), value: Buffer.from('record') };
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const before = openBus(stays.url, { kafka: settings });
  const opened = await before.producer();
  await Promise.all(all.map((partition) => opened.append(partition, record)));
  await before.close();
  await dies.kill();
  // What is known of leaders is kept for a while: a new client asks.
  const leaders = async () => {
    const asking = createClient([stays.broker], settings, { topic: settings.topic });
    const found = (await asking.partitions()).filter(({ leader }) => leader >= 0);
    await asking.close();
    return found.map(({ partitionId }) => partitionId);
  };
  await expect.poll(async () => (await leaders()).length, { timeout: 60_000 }).toBeLessThan(PARTITIONS);
  const alive = (await leaders()).sort((a, b) => a - b);
  expect(alive).toHaveLength(PARTITIONS / 2);

  const bus = openBus(stays.url, { kafka: settings });
  const producer = await bus.producer();
  expect(producer.partitions).toBe(PARTITIONS);
  const seen = new Map<number, number>();
  const consumer = await bus.consumer();
  consumer.run((owned) => consume(owned, ({ partition }) => seen.set(partition, (seen.get(partition) ?? 0) + 1)));
  const outcomes = await Promise.allSettled(all.map((partition) => producer.append(partition, record)));
  expect(all.filter((partition) => outcomes[partition]?.status === 'fulfilled')).toEqual(alive);
  await expect.poll(() => all.filter((partition) => seen.get(partition) === 2), { timeout: 60_000 }).toEqual(alive);

  await dies.start();
  const again = () =>
    Promise.all(all.map((partition) => producer.append(partition, record))).then(
      () => true,
      () => false,
    );
  await expect.poll(again, { timeout: 60_000 }).toBe(true);
  await expect.poll(() => all.filter((partition) => (seen.get(partition) ?? 0) >= 2), { timeout: 60_000 }).toEqual(all);
  await bus.close();
});
