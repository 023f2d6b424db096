// What happens on the wire: chunked bodies, clients that go away, early answers, stops, and what uWebSockets does by itself.
import { connect, type Socket } from 'node:net';
import { type Bus, BusError } from '@sazabi/bus';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startTestIntake, type TestIntake, type TestIntakeOptions } from '../testing/start-intake.ts';

let intake: TestIntake;
let stopped = false;

async function start(options: TestIntakeOptions = {}): Promise<string> {
  intake = await startTestIntake(options);
  stopped = false;
  return intake.addKey().key;
}
afterEach(async () => {
  if (!stopped) await intake.stop();
  stopped = true;
});

interface Connection {
  readonly socket: Socket;
  received: string;
  closed: boolean;
}

function open(): Connection {
  const socket = connect(intake.port, '127.0.0.1');
  const connection: Connection = { socket, received: '', closed: false };
  socket.setEncoding('utf8').on('data', (text: string) => {
    connection.received += text;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    connection.closed = true;
  });
  return connection;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 2 });
const head = (key: string, more = '') => `POST /v1/logs HTTP/1.1\r\nHost: h\r\nx-sazabi-key: ${key}\r\n${more}`;
const LOG = '{"message":"wire"}';
const whole = (key: string) => `${head(key)}Content-Length: ${LOG.length}\r\n\r\n${LOG}`;
const answers = (connection: Connection) => connection.received.match(/HTTP\/1\.1 \d{3}/g) ?? [];
const metric = async (name: string) => {
  const text = await (await fetch(`${intake.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^sazabi_intake_${name}\\{[^}]*\\} (.*)$`, 'm').exec(text)?.[1]);
};

/** Holds the appends of the real bus until it is let go; then they go on, or fail. */
function gatedBus() {
  let letGo: () => void = () => undefined;
  const state = { failWith: null as BusError | null, appends: 0 };
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const wrapBus = (bus: Bus): Bus => ({
    ...bus,
    async producer() {
      const producer = await bus.producer();
      return {
        partitions: 1,
        bytesInFlight: 0,
        close: () => producer.close(),
        async append(partition, record) {
          const copy = { headers: record.headers, value: Uint8Array.from(record.value) };
          state.appends += 1;
          await gate;
          if (state.failWith !== null) throw state.failWith;
          await producer.append(partition, copy);
        },
      };
    },
  });
  return { wrapBus, state, letGo: () => letGo() };
}

describe('bodies on the wire', () => {
  it('come in any pieces, with a length or chunked', async () => {
    const key = await start();
    for (const bytes of [
      whole(key),
      `${head(key)}Transfer-Encoding: chunked\r\n\r\n5\r\n${LOG.slice(0, 5)}\r\n${(LOG.length - 5).toString(16)}\r\n${LOG.slice(5)}\r\n0\r\n\r\n`,
    ]) {
      const client = open();
      for (const byte of bytes) client.socket.write(byte);
      await until(() => expect(answers(client)).toEqual(['HTTP/1.1 202']));
      client.socket.destroy();
    }
    expect(await intake.rows()).toHaveLength(2);
  });

  it('may be empty, also behind a head that came in pieces', async () => {
    const key = await start();
    for (const length of ['', 'Content-Length: 0\r\n']) {
      const client = open();
      client.socket.setNoDelay(true).write(head(key));
      await vi.waitFor(async () => expect(await metric('connections')).toBe(1), { timeout: 15_000 });
      client.socket.write(`Content-Type: application/x-ndjson\r\n${length}\r\n`);
      await until(() => expect(answers(client)).toEqual(['HTTP/1.1 202']));
      client.socket.destroy();
      await vi.waitFor(async () => expect(await metric('connections')).toBe(0), { timeout: 15_000 });
    }
  });

  it('answer 413 before a body that says it is too long, and while a chunked one becomes so', async () => {
    const key = await start();
    const early = open();
    early.socket.write(`${head(key)}Content-Length: 99999999\r\n\r\n{`);
    await until(() => expect(answers(early)).toEqual(['HTTP/1.1 413']));
    const late = open();
    late.socket.write(`${head(key)}Transfer-Encoding: chunked\r\n\r\n`);
    for (let mebibyte = 0; mebibyte < 6; mebibyte += 1) late.socket.write(`100000\r\n${' '.repeat(1_048_576)}\r\n`);
    await until(() => expect(answers(late)).toEqual(['HTTP/1.1 413']));
    late.socket.write(`0\r\n\r\n${whole(key)}`);
    await until(() => expect(answers(late)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 202']));
    expect(await metric('bodies_bytes')).toBe(0);
  });

  it('an answer given before the body leaves the connection usable', async () => {
    const key = await start();
    const client = open();
    client.socket.write(`${head('nonsense')}Content-Length: 5\r\n\r\n12345${whole(key)}`);
    await until(() => expect(answers(client)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 202']));
  });

  it('Expect: 100-continue is answered', async () => {
    const key = await start();
    const client = open();
    client.socket.write(`${head(key, 'Expect: 100-continue\r\n')}Content-Length: ${LOG.length}\r\n\r\n`);
    await until(() => expect(answers(client)).toEqual(['HTTP/1.1 100']));
    client.socket.write(LOG);
    await until(() => expect(answers(client)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 202']));
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('a client that sends %s for ever and never reads is closed', async (method) => {
    await start();
    const client = open();
    client.socket.pause();
    const requests = `${method} /healthz HTTP/1.1\r\nHost: h\r\n\r\n`.repeat(1000);
    const flood = () => {
      while (!client.closed && client.socket.write(requests));
    };
    client.socket.on('drain', flood);
    flood();
    await vi.waitFor(async () => expect(await metric('connections')).toBe(0), { timeout: 15_000 });
    client.socket.destroy();
  });

  it('a large answer reaches a client that reads it late', async () => {
    const key = await start();
    const client = open();
    client.socket.pause();
    const body = `[${Array.from({ length: 200 }, () => '{"timestamp":"x","message":""}')}]`;
    client.socket.write(`${head(key)}Content-Length: ${body.length}\r\n\r\n${body}`);
    await vi.waitFor(async () => expect(await metric('requests_total')).toBe(1), { timeout: 15_000 });
    client.socket.resume();
    await until(() => expect(client.received).toMatch(/"path":"99"[^}]*\}\]\}\}$/));
    expect(answers(client)).toEqual(['HTTP/1.1 400']);
  });

  it('a client that goes away in the middle of a body gives back what it held, and stores nothing', async () => {
    const key = await start();
    const clients = Array.from({ length: 20 }, open);
    for (const { socket } of clients)
      socket.write(`${head(key)}Content-Length: 1000000\r\n\r\n[${' '.repeat(500_000)}`);
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBeGreaterThan(0), { timeout: 15_000 });
    for (const { socket } of clients) socket.destroy();
    await vi.waitFor(async () => expect(await metric('bodies_bytes')).toBe(0), { timeout: 15_000 });
    expect(await intake.rows()).toEqual([]);
    expect(await metric('connections')).toBe(0);
  });

  it('a client that goes away while its logs are appended does not hurt the others of its batch', async () => {
    const gated = gatedBus();
    const key = await start({ wrapBus: gated.wrapBus });
    const [gone, stays] = [open(), open()];
    gone.socket.write(whole(key));
    stays.socket.write(whole(key));
    await until(() => expect(gated.state.appends).toBeGreaterThan(0));
    gone.socket.destroy();
    await vi.waitFor(async () => expect(await metric('connections')).toBe(1), { timeout: 15_000 });
    gated.letGo();
    await until(() => expect(answers(stays)).toEqual(['HTTP/1.1 202']));
    expect(await intake.rows()).toHaveLength(2);
  });
});

describe('what uWebSockets does by itself', () => {
  it.each([
    ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\nHost: h\r\n\r\n', 505],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['headers over 16 KiB', `GET /healthz HTTP/1.1\r\nHost: h\r\nx: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['a control character in a header', 'GET /healthz HTTP/1.1\r\nHost: h\r\nx: a\u0001b\r\n\r\n', 400],
    [
      'Content-Length and Transfer-Encoding',
      'POST /v1/logs HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a TLS greeting', '\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\r\n\r\n', 505],
  ])('%s', async (_name, bytes, status) => {
    await start();
    const client = open();
    client.socket.write(bytes, 'latin1');
    await until(() => expect(client.closed).toBe(true));
    expect(answers(client)).toEqual([`HTTP/1.1 ${status}`]);
  });

  it('takes headers up to 16 KiB', async () => {
    await start();
    const client = open();
    client.socket.write(`GET /healthz HTTP/1.1\r\nHost: h\r\nx: ${'a'.repeat(15_500)}\r\n\r\n`);
    await until(() => expect(answers(client)).toEqual(['HTTP/1.1 200']));
  });

  it('ends a connection that sends its next request before the answer to the first', async () => {
    const gated = gatedBus();
    const key = await start({ wrapBus: gated.wrapBus });
    const client = open();
    client.socket.write(whole(key) + whole(key));
    await until(() => expect(client.closed).toBe(true));
    expect(answers(client)).toEqual([]);
    gated.letGo();
    await vi.waitFor(async () => expect(await intake.rows()).toHaveLength(1), { timeout: 15_000 });
  });
});

describe('a bus in trouble', () => {
  it.each([
    ['full', 503, { accepted: false }],
    ['closed', 503, { accepted: false }],
    ['unavailable', 503, {}],
    ['too-large', 413, { message: expect.stringMatching(/nothing was stored.* fewer/) }],
  ] as const)('%s', async (failure, status, details) => {
    const gated = gatedBus();
    gated.state.failWith = new BusError(failure, 'test');
    gated.letGo();
    const key = await start({ wrapBus: gated.wrapBus });
    const response = await fetch(`${intake.url}/v1/logs`, {
      method: 'POST',
      headers: { 'x-sazabi-key': key },
      body: LOG,
    });
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect({ accepted: undefined, ...error }).toMatchObject({ accepted: undefined, ...details });
    if (status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await metric('waiting_bytes')).toBe(0);
  });
});

describe('stop', () => {
  it('answers what it has accepted, refuses what comes, and ends idle connections', async () => {
    const gated = gatedBus();
    const key = await start({ wrapBus: gated.wrapBus });
    const [waiting, idle, late] = [open(), open(), open()];
    for (const { socket } of [idle, late]) socket.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => expect([answers(idle), answers(late)]).toEqual([['HTTP/1.1 200'], ['HTTP/1.1 200']]));
    waiting.socket.write(whole(key));
    await until(() => expect(gated.state.appends).toBe(1));
    const stop = intake.stop();
    stopped = true;
    late.socket.write(whole(key));
    await until(() => expect(late.received).toContain('"accepted":false'));
    expect(answers(late)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 503']);
    expect(answers(waiting)).toEqual([]);
    gated.letGo();
    await stop;
    await until(() => expect([waiting.closed, idle.closed, late.closed]).toEqual([true, true, true]));
    expect(answers(waiting)).toEqual(['HTTP/1.1 202']);
    expect(waiting.received.toLowerCase()).toContain('connection: close');
  });

  it('does not wait for a body that never ends beyond its deadline', async () => {
    const key = await start();
    const client = open();
    client.socket.write(`${head(key)}Content-Length: 1000\r\n\r\n{`);
    await vi.waitFor(async () => expect(await metric('connections')).toBe(1), { timeout: 15_000 });
    const startedMs = performance.now();
    await intake.stop();
    stopped = true;
    expect(performance.now() - startedMs).toBeLessThan(9_000);
    await until(() => expect(client.closed).toBe(true));
  });
});

describe('start', () => {
  it('a port in use is one line that says so', async () => {
    await start();
    await expect(startTestIntake({ config: { port: intake.port } })).rejects.toThrow(
      new RegExp(`^Port ${intake.port} on 127\\.0\\.0\\.1 cannot be listened on: .*INTAKE_PORT`),
    );
  });

  it('a certificate that cannot be read is one line that says so', async () => {
    await start();
    const tls = { certFile: '/nonexistent/cert.pem', keyFile: '/nonexistent/key.pem' };
    await expect(startTestIntake({ config: { tls } })).rejects.toThrow(/^TLS_CERT_FILE/);
  });
});
