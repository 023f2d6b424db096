// Readers that are slow, and many at once (invariant I6): rows past the bound are counted, and nobody else waits for them.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type Bus, type BusProducer, openBus } from '@sazabi/bus';
import { projectSchema } from '@sazabi/contract/schemas';
import { createParser } from 'eventsource-parser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../test-support.ts';
import { appendLogs, openTail } from './testing.ts';

/** More than the share of a tail and the buffers of the system on the way take. */
const LOGS = 400;
const LOG_CHARACTERS = 100_000;
/** Below the time that answers under way are given. */
const STOP_MS_MAX = 6_000;

let test: TestApi;
let bus: Bus;
let producer: BusProducer;
let projectId: string;

beforeAll(async () => {
  test = await startTestApi();
  bus = openBus(`lmdb:${test.dataDir}/bus`);
  producer = await bus.producer();
  projectId = (await test.call('GET', '/projects')).data(z.array(projectSchema))[0]?.id ?? '';
});
afterAll(async () => {
  await bus.close();
  await test.close();
});

/** A tail whose reader takes nothing until it is resumed. */
async function openPaused(): Promise<IncomingMessage> {
  const request = get(`${test.api.url}/logs/tail`, {
    headers: { 'x-sazabi-secret-key': test.secretKey },
    agent: false,
  });
  const [response] = await once(request, 'response');
  return response.pause();
}

it('one that does not read is told exactly how much it missed, and goes on; another beside it misses nothing', async () => {
  const paused = await openPaused();
  const reading = await openTail(test.api.url, test.secretKey, {
    query: { filters: JSON.stringify([{ field: 'service', op: 'exists' }]) },
  });
  const filler = 'x'.repeat(LOG_CHARACTERS);
  for (let at = 0; at < LOGS; at += 20) {
    const logs = Array.from({ length: 20 }, (_, n) => ({ message: `${at + n} ${filler}` }));
    await appendLogs(producer, [...logs, { message: `after ${at}`, service: 'shop' }], { projectId });
  }
  await reading.rows(LOGS / 20);
  const shown: string[] = [];
  let missed = 0;
  const parser = createParser({
    onEvent({ event, data }) {
      const value = JSON.parse(data);
      if (event === 'log') shown.push(value.message.split(' ')[0]);
      else missed += z.object({ count: z.int(), exact: z.literal(true) }).parse(value).count;
    },
  });
  paused.setEncoding('utf8').on('data', (chunk: string) => parser.feed(chunk));
  paused.resume();
  await expect.poll(() => missed, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(shown.length + missed).toBe(LOGS + LOGS / 20);
  expect(new Set(shown.filter((name) => name !== 'after')).size).toBe(shown.filter((name) => name !== 'after').length);
  await appendLogs(producer, [{ message: 'last' }], { projectId });
  await expect.poll(() => shown.at(-1), { timeout: 20_000 }).toBe('last');
  paused.destroy();
  reading.cut();
});

it('I10: a stop does not wait for tails, not even for one that does not read', async () => {
  const paused = await openPaused();
  const closed = new Promise((resolve) => paused.once('close', resolve).once('error', () => undefined));
  const idle = await openTail(test.api.url, test.secretKey);
  const filler = 'x'.repeat(LOG_CHARACTERS);
  for (let at = 0; at < LOGS; at += 20) {
    const logs = Array.from({ length: 20 }, () => ({ message: filler }));
    await appendLogs(producer, logs, { projectId });
  }
  await idle.rows(1);
  const beganMs = performance.now();
  await test.api.close();
  expect(performance.now() - beganMs).toBeLessThan(STOP_MS_MAX);
  await idle.ended;
  paused.resume();
  await closed;
});
