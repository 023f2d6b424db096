// Several consumers in one group: who serves what, when one leaves, is killed, or was away and did not know it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { type ProxiedKafka, startProxiedKafka } from './testing/brokers.ts';
import { API } from './testing/fault-proxy.ts';
import { serveAll } from './testing/serving.ts';
import { kafkaSettings } from './testing/settings.ts';

const CHILD = fileURLToPath(new URL('../../test/kafka-consumer.ts', import.meta.url));
const PARTITIONS = 6;
const ALL = [0, 1, 2, 3, 4, 5];
/** As short as a membership can be that shows itself every 400 ms, so that tests need not wait long. */
const SESSION_MS = 2_000;

let kafka: ProxiedKafka;
let settings: KafkaSettings;
let buses: Bus[];
let children: ChildProcess[];
beforeAll(async () => {
  kafka = await startProxiedKafka();
});
afterAll(() => kafka.remove());
beforeEach(() => {
  settings = kafkaSettings(`group-${randomUUID()}`, { partitions: PARTITIONS, sessionTimeoutMs: SESSION_MS });
  buses = [];
  children = [];
});
afterEach(async () => {
  kafka.proxy.decide(() => 'pass');
  kafka.proxy.resume();
  for (const child of children) child.kill('SIGKILL');
  for (const bus of buses) await bus.close();
});

async function consumer({ url = kafka.directUrl, session = SESSION_MS } = {}) {
  const bus = openBus(url, { kafka: { ...settings, sessionTimeoutMs: session } });
  buses.push(bus);
  return { bus, serving: serveAll(await bus.consumer()) };
}

it('shares the partitions evenly; one that comes takes only its share, the others go on undisturbed', async () => {
  const one = await consumer();
  await expect.poll(one.serving.partitions).toEqual(ALL);
  const two = await consumer();
  await expect.poll(() => two.serving.partitions().length).toBe(3);
  const kept = one.serving.partitions();
  expect([...kept, ...two.serving.partitions()].sort()).toEqual(ALL);
  expect([...one.serving.lost].sort()).toEqual(two.serving.partitions());

  const three = await consumer();
  await expect.poll(() => three.serving.partitions().length).toBe(2);
  expect(one.serving.partitions()).toHaveLength(2);
  expect(kept).toEqual(expect.arrayContaining(one.serving.partitions()));
  const all = [one, two, three].flatMap(({ serving }) => serving.partitions());
  expect(all.sort()).toEqual(ALL);
});

it('one that closes leaves at once: its partitions are served by the other in less than a second', async () => {
  const one = await consumer({ session: 30_000 });
  const two = await consumer({ session: 30_000 });
  await expect.poll(() => two.serving.partitions().length).toBe(3);
  await expect.poll(() => one.serving.partitions().length).toBe(3);
  const beganMs = performance.now();
  await two.bus.close();
  await expect.poll(one.serving.partitions, { interval: 10 }).toEqual(ALL);
  // Less than a second on an idle machine, far less than the session on any.
  expect(performance.now() - beganMs).toBeLessThan(5_000);
});

it('one that is killed: the other serves its partitions within the session timeout and 5 s', async () => {
  const session = 6_000;
  const args = [CHILD, kafka.directUrl, settings.topic, String(PARTITIONS), String(session)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  await expect.poll(() => printed.split('\n').length).toBe(PARTITIONS + 1);
  const { serving } = await consumer({ session });
  await expect.poll(() => serving.partitions().length).toBe(3);
  child.kill('SIGKILL');
  const beganMs = performance.now();
  await expect.poll(serving.partitions, { timeout: session + 5_000, interval: 50 }).toEqual(ALL);
  expect(performance.now() - beganMs).toBeGreaterThan(session / 2);
});

it('one that was cut off for longer than its session: its commit is refused as lost, and it takes part again', async () => {
  const zombie = await consumer({ url: kafka.url });
  await expect.poll(zombie.serving.partitions).toEqual(ALL);
  const before = ALL.map((partition) => zombie.serving.owned(partition));
  kafka.proxy.pause();
  const { serving } = await consumer();
  await expect.poll(serving.partitions, { timeout: 30_000 }).toEqual(ALL);
  await serving.owned(0)?.commit(7);

  const commit = before[0]?.commit(3);
  kafka.proxy.resume();
  await expect(commit).rejects.toMatchObject({ failure: 'lost' });
  expect(before.map((owned) => owned?.lost.aborted)).toEqual(ALL.map(() => true));
  await expect.poll(() => zombie.serving.partitions().length).toBe(3);
  expect(await serving.owned(serving.partitions()[0] ?? -1)?.committed()).toBe(
    serving.partitions()[0] === 0 ? 7 : null,
  );
});

it('work that takes longer than the session keeps its partition, and commits in the end', async () => {
  const { bus, serving } = await consumer({ url: kafka.url, session: 1_500 });
  await expect.poll(serving.partitions).toEqual(ALL);
  await (await bus.producer()).append(0, { headers: new Map(), value: Buffer.from('long') });
  const owned = serving.owned(0);
  const records = await owned?.read(0, { bytesMax: 1000, recordsMax: 10, waitMs: 10_000 });
  expect(records).toHaveLength(1);
  // Nothing is read or committed while the group hears of the member for three sessions.
  const heard = kafka.proxy.requests(API.heartbeat);
  await expect.poll(() => kafka.proxy.requests(API.heartbeat) - heard, { timeout: 30_000 }).toBeGreaterThan(12);
  expect(serving.lost).toEqual([]);
  await owned?.commit(1);
  expect(await owned?.committed()).toBe(1);
});

it('an answer to a commit that is lost: it is asked again, and holds', async () => {
  const { serving } = await consumer({ url: kafka.url });
  await expect.poll(serving.partitions).toEqual(ALL);
  let cuts = 0;
  kafka.proxy.decide((apiKey) => {
    if (apiKey !== API.offsetCommit || cuts === 2) return 'pass';
    cuts += 1;
    return 'cut';
  });
  await serving.owned(2)?.commit(5);
  expect(cuts).toBe(2);
  expect(await serving.owned(2)?.committed()).toBe(5);
  expect(serving.lost).toEqual([]);
});

it('stays a member through a broker that is killed and comes back', async () => {
  const { bus, serving } = await consumer({ session: 30_000 });
  await expect.poll(serving.partitions).toEqual(ALL);
  await serving.owned(1)?.commit(0);
  await kafka.kafka.kill();
  await expect(serving.owned(1)?.commit(4)).rejects.toMatchObject({ failure: 'unavailable' });
  await kafka.kafka.start();
  await expect
    .poll(
      () =>
        serving
          .owned(1)
          ?.commit(4)
          .then(
            () => true,
            () => false,
          ),
      { timeout: 30_000 },
    )
    .toBe(true);
  await (await bus.producer()).append(1, { headers: new Map(), value: Buffer.from('after') });
  const records = await serving.owned(1)?.read(0, { bytesMax: 1000, recordsMax: 10, waitMs: 15_000 });
  expect(records).toHaveLength(1);
  expect(serving.lost).toEqual([]);
});
