// What the producer does when answers are lost, connections cut and the broker killed: nothing that it acknowledged is missing.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Bus, NewRecord } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { API } from './testing/fault-proxy.ts';
import { kafkaSettings } from './testing/settings.ts';

const LANES = 8;

let kafka: ProxiedKafka;
let bus: Bus;
let settings: KafkaSettings;
beforeAll(async () => {
  kafka = await startProxiedKafka();
});
afterAll(() => kafka.remove());
beforeEach(() => {
  settings = kafkaSettings(`faults-${randomUUID()}`, { appendDeadlineMs: 30_000 });
  bus = openBus(kafka.url, { kafka: settings });
});
afterEach(async () => {
  kafka.proxy.decide(() => 'pass');
  kafka.proxy.resume();
  await bus.close();
});

const named = (name: string): NewRecord => ({
  headers: new Map([['name', Buffer.from(name)]]),
  value: Buffer.alloc(20_000, name),
});

/** How often each name is stored, past the proxy. */
async function stored(partition = 0): Promise<Map<string, number>> {
  const direct = openBus(kafka.directUrl, { kafka: settings });
  try {
    const reader = await direct.reader();
    const { earliest, next } = await reader.extent(partition);
    const times = new Map<string, number>();
    for (let at = earliest; at < next; ) {
      const records = await reader.read(partition, at, { bytesMax: 2 ** 26, recordsMax: 10_000, waitMs: 10_000 });
      for (const { headers } of records) {
        const name = Buffer.from(headers.get('name') ?? []).toString();
        times.set(name, (times.get(name) ?? 0) + 1);
      }
      at = (records.at(-1)?.offset ?? next) + 1;
    }
    return times;
  } finally {
    await direct.close();
  }
}

/** Appends from several lanes at a time until `enough`; the names that were acknowledged, each unique. */
async function appendFromLanes(enough: (acknowledged: number) => boolean): Promise<string[]> {
  const producer = await bus.producer();
  const acknowledged: string[] = [];
  const lane = async (index: number) => {
    for (let n = 0; !enough(acknowledged.length); n += 1) {
      const name = `lane ${index} record ${n}`;
      await producer.append(0, named(name));
      acknowledged.push(name);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
  return acknowledged;
}

it('loses nothing that it acknowledged when connections are cut after the broker has appended', async () => {
  let answers = 0;
  let cuts = 0;
  await bus.producer();
  kafka.proxy.decide((apiKey) => {
    if (apiKey !== API.produce) return 'pass';
    answers += 1;
    if (answers % 7 !== 0) return 'pass';
    cuts += 1;
    return 'cut';
  });
  const acknowledged = await appendFromLanes((count) => count >= 200 && cuts >= 10);
  const times = await stored();
  expect(acknowledged.filter((name) => !times.has(name))).toEqual([]);
  // A cut may hit the answers of all sends that are under way, and each is stored again at most once for it.
  const again = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  expect(again).toBeLessThanOrEqual(cuts * LANES);
  expect((await bus.producer()).bytesInFlight).toBe(0);
});

it('an answer that never comes: unavailable in time, though it is stored, and the next append is well', async () => {
  settings = { ...settings, appendDeadlineMs: 1_500 };
  bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  await producer.append(0, named('first'));
  kafka.proxy.decide((apiKey) => (apiKey === API.produce ? 'swallow' : 'pass'));
  const beganMs = performance.now();
  await expect(producer.append(0, named('swallowed'))).rejects.toMatchObject({ failure: 'unavailable' });
  expect(performance.now() - beganMs).toBeGreaterThan(1_400);
  expect(performance.now() - beganMs).toBeLessThan(15_000);
  kafka.proxy.decide(() => 'pass');
  await producer.append(0, named('last'));
  const times = await stored();
  expect([...times.keys()].sort()).toEqual(['first', 'last', 'swallowed']);
});

it('a broker that cannot be reached for a while: what is under way is stored, and nothing is lost', async () => {
  const producer = await bus.producer();
  await producer.append(0, named('before'));
  kafka.proxy.refuse();
  const meanwhile = Array.from({ length: 20 }, (_, n) => producer.append(0, named(`meanwhile ${n}`)));
  await expect.poll(() => bus.writable(), { timeout: 30_000 }).toBe(false);
  expect(producer.bytesInFlight).toBeGreaterThan(20 * 20_000);
  kafka.proxy.accept();
  await Promise.all(meanwhile);
  expect(await stored()).toHaveProperty('size', 21);
  await expect.poll(() => bus.writable(), { timeout: 30_000 }).toBe(true);
});

it('a broker that stays away: every append fails at its deadline, and it recovers by itself', async () => {
  settings = { ...settings, appendDeadlineMs: 1_000 };
  bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  kafka.proxy.refuse();
  const away = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => producer.append(0, named(`away ${n}`))));
  expect(away.every(({ status }) => status === 'rejected')).toBe(true);
  await expect(producer.append(0, named('away'))).rejects.toMatchObject({ failure: 'unavailable' });
  expect(producer.bytesInFlight).toBe(0);
  kafka.proxy.accept();
  await expect
    .poll(() =>
      producer.append(0, named('back')).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

it('loses nothing that it acknowledged when the broker is killed under appends', async () => {
  let killed = false;
  let acknowledgedBefore = 0;
  const appending = appendFromLanes((count) => {
    acknowledgedBefore = killed ? acknowledgedBefore : count;
    return count > acknowledgedBefore + 100 && killed;
  });
  await expect.poll(() => acknowledgedBefore).toBeGreaterThan(20);
  await kafka.kafka.kill();
  killed = true;
  await kafka.kafka.start();
  const acknowledged = await appending;
  const times = await stored();
  expect(acknowledged.filter((name) => !times.has(name))).toEqual([]);
});

it('a topic that takes small records only refuses the large ones for good, and takes their neighbours', async () => {
  const { Kafka, logLevel } = await import('kafkajs');
  const admin = new Kafka({ brokers: [kafka.directBroker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
  await admin.createTopics({ topics: [{ topic: settings.topic, numPartitions: 1, configEntries }] });
  await admin.disconnect();
  const producer = await bus.producer();
  const large = { headers: new Map(), value: Buffer.alloc(200_000) };
  // Together they are more than the topic takes, so those that fit are sent alone.
  const outcomes = await Promise.allSettled([
    producer.append(0, named('one')),
    producer.append(0, large),
    ...Array.from({ length: 6 }, (_, n) => producer.append(0, named(`more ${n}`))),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', ...Array(6).fill('fulfilled')]);
  expect(outcomes[1]).toMatchObject({ reason: { failure: 'too-large' } });
  expect((await stored()).size).toBe(7);
  expect(await bus.writable()).toBe(true);
});

it('close ends what is under way at its deadline where the broker stays silent', async () => {
  settings = { ...settings, appendDeadlineMs: 1_000 };
  bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  kafka.proxy.pause();
  const append = producer.append(0, named('silent'));
  const closing = bus.close();
  await expect(append).rejects.toMatchObject({ failure: 'unavailable' });
  await closing;
});
