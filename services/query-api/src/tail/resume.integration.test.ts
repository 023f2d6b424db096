// A tail that is cut again and again under load, what is gone from the bus, and ids from elsewhere.
import { type Bus, type BusProducer, openBus } from '@sazabi/bus';
import { projectSchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../test-support.ts';
import { readId, writeId } from './position.ts';
import { appendLogs, openTail } from './testing.ts';

let test: TestApi;
let bus: Bus;
let producer: BusProducer;
let projectId: string;

beforeAll(async () => {
  test = await startTestApi();
  // Whatever is consumed goes at once, to be gone when a test asks for it.
  bus = openBus(`lmdb:${test.dataDir}/bus`, { keepConsumedMs: 0, keepConsumedBytesMax: 0 });
  producer = await bus.producer();
  projectId = (await test.call('GET', '/projects')).data(z.array(projectSchema))[0]?.id ?? '';
});
afterAll(async () => {
  await bus.close();
  await test.close();
});

const CUTS = 20;

describe('a tail that is cut', () => {
  it(`${CUTS} times while logs come without a pause shows each once and in order`, { timeout: 60_000 }, async () => {
    let isLoading = true;
    let appended = 0;
    const load = (async () => {
      while (isLoading) {
        // Several at once: records of one group commit come together.
        const size = 1 + (appended % 7);
        const logs = Array.from({ length: size }, (_, at) => ({ message: String(appended + at) }));
        appended += size;
        await appendLogs(producer, logs, { projectId });
      }
    })();
    const steady = await openTail(test.api.url, test.secretKey);
    await steady.rows(1);
    const seen: string[] = [];
    let lastEventId: string | undefined;
    for (let cut = 0; cut <= CUTS; cut++) {
      const tail = await openTail(test.api.url, test.secretKey, { lastEventId });
      await tail.rows(1 + cut * 5);
      tail.cut();
      await tail.ended;
      seen.push(...tail.messages());
      lastEventId = tail.lastId();
    }
    isLoading = false;
    await load;
    const last = await openTail(test.api.url, test.secretKey, { lastEventId });
    await expect.poll(() => last.messages().at(-1) ?? seen.at(-1), { timeout: 20_000 }).toBe(String(appended - 1));
    seen.push(...last.messages());
    const first = Number(seen[0]);
    expect(seen).toEqual(Array.from({ length: appended - first }, (_, at) => String(first + at)));
    await expect.poll(() => steady.messages().at(-1), { timeout: 20_000 }).toBe(String(appended - 1));
    const from = Number(steady.messages()[0]);
    expect(steady.messages()).toEqual(Array.from({ length: appended - from }, (_, at) => String(from + at)));
    last.cut();
    steady.cut();
  });
});

const TOGETHER = 30;
const BACKLOG = 1_500;

it(`${TOGETHER} that come back together, as after a restart, all see what they missed and go on`, async () => {
  const first = await openTail(test.api.url, test.secretKey);
  await expect.poll(() => first.lastId()).toBeDefined();
  const lastEventId = first.lastId();
  first.cut();
  const name = (at: number) => `back ${at}`;
  for (let at = 0; at < BACKLOG; at += 100)
    await appendLogs(
      producer,
      Array.from({ length: 100 }, (_, n) => ({ message: name(at + n) })),
      { projectId },
    );
  const query = { search: 'back' };
  const open = () => openTail(test.api.url, test.secretKey, { query, lastEventId });
  const tails = await Promise.all(Array.from({ length: TOGETHER }, open));
  for (const at of [BACKLOG, BACKLOG + 1]) await appendLogs(producer, [{ message: name(at) }], { projectId });
  const all = Array.from({ length: BACKLOG + 2 }, (_, at) => name(at));
  for (const tail of tails) expect(await tail.rows(all.length, 40_000)).toEqual(all);
  for (const tail of tails) tail.cut();
}, 60_000);

describe('what is gone from the bus', () => {
  it('is told, as far as it is known, and the tail goes on from the earliest that is kept', async () => {
    const before = await openTail(test.api.url, test.secretKey);
    await expect.poll(() => before.lastId()).toBeDefined();
    const lastEventId = before.lastId();
    before.cut();
    for (let at = 0; at < 5; at++) await appendLogs(producer, [{ message: `gone ${at}` }], { projectId });
    const reader = await bus.reader();
    const { next } = await reader.extent(0);
    const consumer = await bus.consumer();
    consumer.run(async (owned) => {
      await owned.commit(next);
      await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
    });
    // The newest stays, so that offsets go on from it.
    await expect.poll(async () => (await reader.extent(0)).earliest, { timeout: 20_000 }).toBe(next - 1);
    const tail = await openTail(test.api.url, test.secretKey, { lastEventId });
    expect(await tail.rows(1)).toEqual(['gone 4']);
    // No ClickHouse is there to be asked.
    expect(tail.events[0]).toMatchObject({ event: 'lagged', data: { count: null, exact: false } });
    tail.cut();
  });

  it('an id past the end is of a bus that was made anew: all that is kept is shown', async () => {
    const { next } = await (await bus.reader()).extent(0);
    const lastEventId = writeId({ places: [{ offset: next + 1_000, row: 0 }], atMs: Date.now() });
    const tail = await openTail(test.api.url, test.secretKey, { lastEventId });
    expect(await tail.rows(1)).toEqual(['gone 4']);
    expect(tail.events[0]?.event).toBe('lagged');
    tail.cut();
  });

  it('an id that knows fewer partitions, or more, takes those that it knows', async () => {
    await appendLogs(producer, [{ message: 'for all' }], { projectId });
    const tail = await openTail(test.api.url, test.secretKey);
    await expect.poll(() => tail.lastId()).toBeDefined();
    const { places, atMs } = readId(tail.lastId() ?? '') ?? { places: [], atMs: 0 };
    const more = writeId({ places: [...places, { offset: 7, row: 3 }], atMs });
    const resumed = await openTail(test.api.url, test.secretKey, { lastEventId: more });
    await appendLogs(producer, [{ message: 'and on' }], { projectId });
    expect(await resumed.rows(1)).toEqual(['and on']);
    resumed.cut();
    tail.cut();
  });
});
