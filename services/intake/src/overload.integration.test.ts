// More than there is time for: what is refused, how it is answered, and that what is accepted is stored.
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BURST_WAIT_MS } from './limits.ts';
import { startTestIntake, type TestIntake } from './testing/start-intake.ts';

const CLIENTS = 100;
/** Of a body, so that what a turn takes at any rate is a part of them. */
const BODY_BYTES = 50_000;
/** What a look at the clock takes, while it is slow: as if each request took so long. */
const STEP_MS = 10;

let intake: TestIntake;
let stepMs = 0;

beforeEach(async () => {
  let ms = 0;
  intake = await startTestIntake({
    clock: () => {
      ms += stepMs;
      return ms;
    },
  });
});
afterEach(async () => {
  stepMs = 0;
  await intake.stop();
});

const metric = async (name: string) => {
  const text = await (await fetch(`${intake.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^sazabi_intake_${name} (.*)$`, 'm').exec(text)?.[1]);
};

async function connected(count: number): Promise<{ socket: Socket; received: string }[]> {
  const clients = Array.from({ length: count }, () => {
    const client = { socket: connect(intake.port, '127.0.0.1'), received: '' };
    client.socket.setEncoding('utf8').on('data', (text: string) => {
      client.received += text;
    });
    return client;
  });
  await vi.waitFor(async () => expect(await metric('connections{service="intake"}')).toBe(count), { timeout: 15_000 });
  return clients;
}

describe('overload', () => {
  it('answers what there is no time for at once with 503, stores what it accepts, and takes all again afterwards', async () => {
    const { key } = intake.addKey();
    const body = `{"message":"one of many"}${' '.repeat(BODY_BYTES)}`;
    const request = `POST /v1/logs HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\nx-sazabi-key: ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const clients = await connected(CLIENTS);
    stepMs = STEP_MS;
    for (const { socket } of clients) socket.write(request);
    await vi.waitFor(() => expect(clients.every(({ received }) => received.endsWith('}'))).toBe(true), {
      timeout: 15_000,
    });
    stepMs = 0;
    const accepted = clients.filter(({ received }) => received.startsWith('HTTP/1.1 202'));
    const refused = clients.filter(({ received }) => received.startsWith('HTTP/1.1 503'));
    expect(accepted.length).toBeGreaterThanOrEqual(BURST_WAIT_MS / STEP_MS - 2);
    expect(refused.length).toBe(CLIENTS - accepted.length);
    expect(refused.length).toBeGreaterThan(0);
    for (const { received } of refused) {
      expect(received).toMatch(/^retry-after: 1\r$/m);
      expect(received).toMatch(/^access-control-allow-origin: https:\/\/shop\.example\r$/m);
      expect(received).toMatch(/"code":"SERVICE_UNAVAILABLE".*"accepted":false/);
    }
    expect(await intake.rows()).toHaveLength(accepted.length);
    expect(await metric('shed_requests_total{by="loop",service="intake"}')).toBe(refused.length);
    for (const client of clients) {
      client.received = '';
      client.socket.write(request);
    }
    await vi.waitFor(() => expect(clients.every(({ received }) => received.startsWith('HTTP/1.1 202'))).toBe(true), {
      timeout: 15_000,
    });
    for (const { socket } of clients) socket.destroy();
  });
});
