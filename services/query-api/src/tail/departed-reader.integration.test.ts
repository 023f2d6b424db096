// Tails that are opened all at once, and readers that leave before theirs is: limits hold, and nothing of them stays.
import { connect } from 'node:net';
import { type Bus, openBus } from '@sazabi/bus';
import { createdSecretKeySchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TAILS_PER_ORGANIZATION_MAX } from '../limits.ts';
import { startTestApi, type TestApi } from '../test-support.ts';
import { openTail } from './testing.ts';

let test: TestApi;
let bus: Bus;

beforeAll(async () => {
  test = await startTestApi();
  bus = openBus(`lmdb:${test.dataDir}/bus`);
  await bus.producer();
});
afterAll(async () => {
  await bus.close();
  await test.close();
});

const tailsOpen = async (): Promise<number> => {
  const metrics = await (await fetch(`${test.api.internalUrl}/metrics`)).text();
  return Number(/^sazabi_api_tails(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1]);
};

it('one that leaves while its tail is opened leaves nothing behind', async () => {
  const { hostname, port } = new URL(test.api.url);
  const request = `GET /logs/tail HTTP/1.1\r\nhost: x\r\nx-sazabi-secret-key: ${test.secretKey}\r\n\r\n`;
  for (let at = 0; at < 40; at += 1) {
    await new Promise<void>((left) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(request);
        setTimeout(() => socket.destroy(), at % 20);
      });
      socket.once('close', () => left()).once('error', () => undefined);
    });
  }
  const tail = await openTail(test.api.url, test.secretKey);
  expect(tail.response.status).toBe(200);
  await expect.poll(tailsOpen, { timeout: 10_000 }).toBe(1);
  tail.cut();
  await expect.poll(tailsOpen, { timeout: 10_000 }).toBe(0);
});

it('as many as an organization may have are let in, also where all ask in the same moment', async () => {
  const body = { name: 'unlimited', rateLimitPerMinute: null };
  const { key } = (await test.call('POST', '/secret-keys', { body })).data(createdSecretKeySchema);
  const asked = Array.from({ length: TAILS_PER_ORGANIZATION_MAX + 20 }, () => openTail(test.api.url, key));
  const tails = await Promise.all(asked);
  expect(tails.filter(({ response }) => response.status === 200)).toHaveLength(TAILS_PER_ORGANIZATION_MAX);
  expect(tails.filter(({ response }) => response.status === 429)).toHaveLength(20);
  for (const tail of tails) tail.cut();
  await expect.poll(tailsOpen, { timeout: 20_000 }).toBe(0);
});
