import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSender, type Outcome, type Sender } from '../http/sender.ts';
import { createBodyPool } from '../logs/body-pool.ts';
import { driveClosedLoop, driveOpenLoop } from './pace.ts';
import { createSchedule } from './schedule.ts';

const BATCH = 2;
const never = new AbortController().signal;
let servers: Server[] = [];
let senders: Sender[] = [];
afterEach(() => {
  for (const sender of senders) sender.close();
  for (const server of servers) server.close().closeAllConnections();
  servers = [];
  senders = [];
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => listener(request, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`);
}

function senderTo(url: URL, connections: number, answerTimeoutMs = 10_000): Sender {
  const sender = createSender({
    url,
    publicKeys: ['pk_one', 'pk_two'],
    connections,
    pool: createBodyPool({ seed: 1, batch: BATCH, encoding: 'json', bodiesMin: connections, bodiesMax: connections }),
    encoding: 'json',
    compression: 'none',
    userAgent: 'test',
    answerTimeoutMs,
  });
  senders.push(sender);
  return sender;
}

const ACCEPTED = JSON.stringify({ data: { accepted: BATCH, rejected: [], rejectedCount: 0 }, error: null });
const accept: RequestListener = (_request, response) => void response.writeHead(202).end(ACCEPTED);

describe('open loop', () => {
  it('charges a stall to all that were due meanwhile', async () => {
    const STALL_MS = 400;
    let answered = 0;
    const url = await serve((request, response) => {
      answered += 1;
      if (answered === 1) setTimeout(() => accept(request, response), STALL_MS);
      else accept(request, response);
    });
    const outcomes: Outcome[] = [];
    // 100 requests a second by one connection.
    const { unsent, heldBack } = await driveOpenLoop({
      sender: senderTo(url, 1),
      schedule: createSchedule([{ logsPerSecond: 100 * BATCH, forMs: 1000 }], BATCH),
      requestsMax: Number.POSITIVE_INFINITY,
      forMs: 1000,
      stop: never,
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    expect(outcomes.length + unsent).toBe(100);
    // All that were due while the only connection waited, each once.
    expect(heldBack).toBeGreaterThanOrEqual(STALL_MS / 10 - 2);
    expect(heldBack).toBeLessThanOrEqual(100);
    const slow = outcomes.filter(({ dueMs, doneMs }) => doneMs - dueMs > STALL_MS / 2);
    // The one that stalled, and those of the 200 ms behind it. From when they were sent it would be one alone.
    expect(slow.length).toBeGreaterThanOrEqual(20);
    expect(outcomes.filter(({ sentMs, doneMs }) => doneMs - sentMs > STALL_MS / 2).length).toBeLessThan(slow.length);
    for (const { accepted, status } of outcomes) expect({ accepted, status }).toEqual({ accepted: BATCH, status: 202 });
  });

  it('counts what was due and found no connection till the end, and ends', async () => {
    const url = await serve((request, response) => void setTimeout(() => accept(request, response), 300));
    let answers = 0;
    const { unsent } = await driveOpenLoop({
      sender: senderTo(url, 1),
      schedule: createSchedule([{ logsPerSecond: 100 * BATCH, forMs: 500 }], BATCH),
      requestsMax: Number.POSITIVE_INFINITY,
      forMs: 500,
      stop: never,
      onOutcome: () => {
        answers += 1;
      },
    });
    expect(answers).toBeLessThanOrEqual(3);
    expect(unsent + answers).toBe(50);
  });
});

describe('closed loop', () => {
  const drive = async (sender: Sender, requestsMax: number, stop = never): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    await driveClosedLoop({ sender, requestsMax, forMs: 60_000, stop, onOutcome: (outcome) => outcomes.push(outcome) });
    return outcomes;
  };

  it('sends as many as were asked for, by each key in turn, never more at once than connections', async () => {
    let underWay = 0;
    let most = 0;
    const keys: unknown[] = [];
    const url = await serve((request, response) => {
      keys.push(request.headers['x-sazabi-key']);
      underWay += 1;
      most = Math.max(most, underWay);
      setImmediate(() => {
        underWay -= 1;
        accept(request, response);
      });
    });
    const outcomes = await drive(senderTo(url, 4), 50);
    expect(outcomes.map(({ request }) => request).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, n) => n),
    );
    expect(most).toBeLessThanOrEqual(4);
    expect(keys.filter((key) => key === 'pk_one')).toHaveLength(25);
  });

  it('tells a refusal, an answer that never comes, a cut connection and one that cannot be made', async () => {
    const refusal = { data: null, error: { code: 'SERVICE_UNAVAILABLE', message: 'Full.', accepted: false } };
    const url = await serve((_request, response) => void response.writeHead(503).end(JSON.stringify(refusal)));
    expect(await drive(senderTo(url, 1), 1)).toMatchObject([
      { status: 503, code: 'SERVICE_UNAVAILABLE', accepted: 0, unclear: false },
    ]);
    const silent = await serve(() => undefined);
    expect(await drive(senderTo(silent, 1, 200), 1)).toMatchObject([{ status: 0, code: 'TIMEOUT', unclear: true }]);
    const cutting = await serve((request) => request.socket.destroy());
    const [cut] = await drive(senderTo(cutting, 1), 1);
    expect(cut).toMatchObject({ status: 0, unclear: true });
    expect(['CLOSED', 'ECONNRESET', 'EPIPE']).toContain(cut?.code);
    const nobody = new URL('http://127.0.0.1:9/v1/logs');
    expect(await drive(senderTo(nobody, 1), 2)).toMatchObject([{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }]);
  });

  it('sends nothing more after a stop, and waits for what is under way', async () => {
    const stop = new AbortController();
    const url = await serve((request, response) => {
      stop.abort();
      setTimeout(() => accept(request, response), 50);
    });
    const outcomes = await drive(senderTo(url, 2), 1000, stop.signal);
    expect(outcomes.length).toBeLessThanOrEqual(2);
    for (const { status } of outcomes) expect(status).toBe(202);
  });
});
