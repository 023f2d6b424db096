// Clients that never finish: none holds a connection or memory for longer than its deadline, and none takes the room of others.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BODIES_BYTES_MAX, BODY_BYTES_MAX, BODY_READ_MS } from '../limits.ts';
import { startTestIntake, type TestIntake, type TestIntakeOptions } from '../testing/start-intake.ts';

const DEADLINE = { timeout: 15_000, interval: 5 };
/** uWebSockets' own: 10 s, looked at every 4 s. */
const UWS_TIMEOUT = { timeout: 18_000, interval: 50 };

let intake: TestIntake;
let clients: Client[];

interface Client {
  readonly socket: Socket;
  received: string;
  closed: boolean;
}

async function start(options: TestIntakeOptions = {}): Promise<string> {
  intake = await startTestIntake(options);
  clients = [];
  return intake.addKey().key;
}
afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await intake.stop();
});

function send(bytes: string | Uint8Array): Client {
  const client: Client = { socket: connect(intake.port, '127.0.0.1').setNoDelay(true), received: '', closed: false };
  client.socket.setEncoding('utf8').on('data', (text: string) => {
    client.received += text;
  });
  client.socket.on('error', () => undefined);
  client.socket.on('close', () => {
    client.closed = true;
  });
  client.socket.write(bytes);
  clients.push(client);
  return client;
}

const head = (key: string, bodyBytes: number) =>
  `POST /v1/logs HTTP/1.1\r\nHost: h\r\nx-sazabi-key: ${key}\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
const metric = async (name: string) => {
  const text = await (await fetch(`${intake.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^sazabi_intake_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
};

describe('a client that', () => {
  it('takes too long for a body is closed, and nothing of it is held or stored', async () => {
    let lateMs = 0;
    const key = await start({ now: () => Date.now() + lateMs });
    const client = send(`${head(key, 1_000_000)}[`);
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBeGreaterThan(0), DEADLINE);
    client.socket.write(' '.repeat(100_000));
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBeGreaterThan(100_000), DEADLINE);
    expect(client.closed).toBe(false);
    lateMs = BODY_READ_MS;
    client.socket.write(' ');
    await vi.waitFor(() => expect(client.closed).toBe(true), DEADLINE);
    expect(client.received).toBe('');
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBe(0), DEADLINE);
    expect(await intake.rows()).toEqual([]);
  });

  it('says nothing, or a byte now and then of its head or body, is closed by uWebSockets, however often it says something', async () => {
    const key = await start();
    const dribbling = [send('POST /v1/logs HTTP/1.1\r\nHost: h\r\nx: '), send(`${head(key, 1000)}[`)];
    send('');
    const dribble = setInterval(() => {
      for (const { socket } of dribbling) socket.write(' ');
    }, 200);
    await vi.waitFor(async () => expect(await metric('connections')).toBe(3), DEADLINE);
    await vi.waitFor(async () => expect(await metric('connections')).toBe(0), UWS_TIMEOUT);
    clearInterval(dribble);
    expect(await metric('bodies_bytes')).toBe(0);
  }, 30_000);
});

describe('a project', () => {
  it('whose clients send as many bodies as they can and finish none leaves room for those of others', async () => {
    const hog = await start();
    const other = intake.addKey().key;
    const unfinished = Buffer.concat([Buffer.from(head(hog, BODY_BYTES_MAX)), Buffer.alloc(BODY_BYTES_MAX - 1, ' ')]);
    const bodies = Math.ceil(BODIES_BYTES_MAX / BODY_BYTES_MAX) + 2;
    for (let client = 0; client < bodies; client += 1) send(unfinished);
    await vi.waitFor(() => expect(clients.every(({ socket }) => socket.writableLength === 0)).toBe(true), DEADLINE);
    await vi.waitFor(
      () => expect(clients.some(({ received }) => received.startsWith('HTTP/1.1 503'))).toBe(true),
      DEADLINE,
    );
    const held = await metric('bodies_bytes');
    expect(held).toBeGreaterThan(BODIES_BYTES_MAX / 2);
    expect(held).toBeLessThanOrEqual((BODIES_BYTES_MAX * 3) / 4);
    const body = Buffer.alloc(BODY_BYTES_MAX, ' ').fill('{"message":"whole"}', 0, 19);
    const whole = Buffer.concat([Buffer.from(head(other, body.byteLength)), body]);
    const others = Array.from({ length: 3 }, () => send(whole));
    await vi.waitFor(
      () => expect(others.every(({ received }) => received.startsWith('HTTP/1.1 202'))).toBe(true),
      DEADLINE,
    );
  });
});
