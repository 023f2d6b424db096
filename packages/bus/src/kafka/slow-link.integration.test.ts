// Links that are slow but alive: whatever its size, a record arrives in both directions, and none is taken for an outage.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openBus } from '../open-bus.ts';
import { withSpool } from '../spool/spool.ts';
import type { SpoolEvent } from '../spool/spool-events.ts';
import { createClient } from './client.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { createReaders } from './reader.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { kafkaSettings } from './testing/settings.ts';

const MB = 1_000_000;
const named = (name: string, bytes: number) => ({
  headers: new Map([['name', Buffer.from(name)]]),
  value: Buffer.alloc(bytes),
});

let kafka: ProxiedKafka;
let settings: KafkaSettings;
beforeAll(async () => {
  kafka = await startProxiedKafka();
});
afterAll(() => kafka.remove());
beforeEach(() => {
  settings = kafkaSettings(`slow-${randomUUID()}`, { appendDeadlineMs: 1_000 });
});
afterEach(() => kafka.proxy.limitSpeed(null));

/** Names of the records that the partition keeps, past the proxy. */
async function stored(): Promise<string[]> {
  const bus = openBus(kafka.directUrl, { kafka: settings });
  const reader = await bus.reader();
  const { next } = await reader.extent(0);
  const names: string[] = [];
  while (names.length < next) {
    const records = await reader.read(0, names.length, { bytesMax: 100 * MB, recordsMax: 100, waitMs: 10_000 });
    names.push(...records.map(({ headers }) => Buffer.from(headers.get('name') ?? []).toString()));
  }
  await bus.close();
  return names;
}

it('reads on where no answer of the usual size arrives in time, nor any single record', async () => {
  const direct = openBus(kafka.directUrl, { kafka: { ...settings, appendDeadlineMs: 30_000 } });
  const producer = await direct.producer();
  for (let n = 0; n < 4; n += 1) await producer.append(0, named(String(n), 1.5 * MB));
  await direct.close();

  const address = `127.0.0.1:${kafka.proxy.port}`;
  const client = createClient([address], settings, { topic: settings.topic, requestTimeoutMs: 1_000 });
  const readers = createReaders(client, 1, settings.groupId);
  const reader = readers.open();
  await reader.extent(0);
  kafka.proxy.limitSpeed(1 * MB);
  const offsets: number[] = [];
  const untilMs = performance.now() + 60_000;
  while (offsets.length < 4 && performance.now() < untilMs) {
    const options = { bytesMax: 100 * MB, recordsMax: 10, waitMs: 1_000 };
    const records = await reader.read(0, (offsets.at(-1) ?? -1) + 1, options).catch(() => []);
    offsets.push(...records.map(({ offset }) => offset));
  }
  expect(offsets).toEqual([0, 1, 2, 3]);
  await readers.close();
});

it('a large record has the time that it takes, though small ones behind it are given up', async () => {
  const bus = openBus(kafka.url, { kafka: settings });
  const producer = await bus.producer();
  kafka.proxy.limitSpeed(2 * MB);
  const large = producer.append(0, named('large', 6 * MB));
  const small = producer.append(0, named('small', 1_000));
  await expect(small).rejects.toMatchObject({ failure: 'unavailable' });
  await large;
  await expect.poll(stored, { timeout: 30_000 }).toEqual(['large', 'small']);
  await bus.close();
});

it('a large record goes straight to the brokers, not to the spool', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sazabi-slow-'));
  const events: SpoolEvent[] = [];
  const target = openBus(kafka.url, { kafka: settings });
  const spool = withSpool(target, { folder, bytesMax: 100 * MB, report: (event) => events.push(event) });
  const producer = await spool.producer();
  await producer.append(0, named('first', 10));
  kafka.proxy.limitSpeed(2 * MB);
  await producer.append(0, named('large', 7 * MB));
  expect(events).toEqual([]);
  expect(await stored()).toEqual(['first', 'large']);
  await spool.close();
  await rm(folder, { recursive: true });
});
