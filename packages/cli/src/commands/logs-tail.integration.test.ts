// The real command against a server that cuts, refuses and goes silent at will.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startByOldNode, startSazabi } from '../testing/run-sazabi.ts';

const KEY = 'sk_live_sz_test';
const DEADLINE_MS = 20_000;
/** So that what was sent is read before the end of its connection. */
const CUT_AFTER_MS = 200;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let requests: IncomingMessage[];
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** One answer for each connection; the last for all that follow. */
async function serve(...answers: readonly Answer[]): Promise<string> {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${Object(server.address()).port}`;
}

function stream(response: ServerResponse, ...events: readonly string[]): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`: open\nid: first\n\n${events.join('')}`);
  return response;
}

/** Sends a last part and breaks the connection when the other side has it. */
function cutAfter(response: ServerResponse, part: string): void {
  response.write(part, () => setTimeout(() => response.destroy(), CUT_AFTER_MS));
}

const log = (id: string, message: string) =>
  `event: log\nid: ${id}\ndata: ${JSON.stringify({ timestamp: '2026-11-21T10:00:00.123456789Z', level: 'error', service: 'shop', message })}\n\n`;
const refuse = (status: number, code: string) => (_: IncomingMessage, response: ServerResponse) =>
  void response
    .writeHead(status)
    .end(JSON.stringify({ data: null, error: { code, message: `${code} it is.`, status } }));
const stay = () => undefined;

function start(url: string, ...args: readonly string[]) {
  return watch(startSazabi(['logs', 'tail', ...args], { SAZABI_API_URL: url, SAZABI_SECRET_KEY: KEY }));
}

function watch(child: ReturnType<typeof startSazabi>) {
  let [out, notes] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    notes += text;
  });
  const code = once(child, 'close').then(([value]) => value);
  return { child, code, out: () => out, notes: () => notes };
}

const soon = { timeout: DEADLINE_MS };

describe('sazabi logs tail', () => {
  it('asks as it was told, shows lines, comes back behind the last event, and ends with 0 on Ctrl-C', async () => {
    const url = await serve(
      (_, response) =>
        cutAfter(stream(response, log('1', 'one \u001b[31mred')), 'event: log\nid: 2\ndata: cut in the mid'),
      refuse(503, 'SERVICE_UNAVAILABLE'),
      (_, response) => stream(response, log('2', 'two'), ': beat\nid: 3\n\n').end(),
      (_, response) =>
        void stream(response, log('4', 'three'), 'event: lagged\nid: 5\ndata: {"count":7,"exact":true}\n\n'),
    );
    const tail = start(url, '--search', 'a b', '--mode', 'phrase', '--filter', 'level=error', '--project', PROJECT);
    await expect.poll(() => tail.notes(), soon).toContain('7 logs were left out');
    expect(tail.out()).toBe(
      ['one \\u001b[31mred', 'two', 'three']
        .map((message) => `2026-11-21 10:00:00.123Z  ERROR  shop                  ${message}\n`)
        .join(''),
    );
    expect(tail.notes().match(/The tail was cut/g)).toHaveLength(2);
    expect(tail.notes().match(/The tail goes on/g)).toHaveLength(2);
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1', '3']);
    const asked = new URL(requests[0]?.url ?? '', url);
    expect([asked.pathname, Object.fromEntries(asked.searchParams)]).toEqual([
      '/logs/tail',
      {
        projectId: PROJECT,
        search: 'a b',
        searchMode: 'phrase',
        filters: '[{"field":"level","op":"eq","value":"error"}]',
      },
    ]);
    tail.child.kill('SIGINT');
    expect(await tail.code).toBe(0);
  });

  it('prints rows as they are with --json', async () => {
    const url = await serve((_, response) => void stream(response, log('1', 'one')));
    const tail = start(url, '--json');
    await expect.poll(() => tail.out(), soon).toContain('\n');
    expect(JSON.parse(tail.out())).toMatchObject({ message: 'one', service: 'shop' });
    tail.child.kill('SIGTERM');
    expect(await tail.code).toBe(0);
  });

  it.each([
    ['by its whole group, as on a terminal', true],
    ['by the launcher alone', false],
  ])('ends with 0, silently, where an older Node started it: %s', async (_, group) => {
    const url = await serve((_, response) => void stream(response, log('1', 'one')));
    const tail = watch(startByOldNode(['logs', 'tail'], { SAZABI_API_URL: url, SAZABI_SECRET_KEY: KEY }));
    await expect.poll(() => tail.out(), soon).toContain('one');
    const pid = tail.child.pid ?? Number.NaN;
    process.kill(group ? -pid : pid, 'SIGINT');
    expect([await tail.code, tail.notes()]).toEqual([0, '']);
  });

  it('a command that handles no signal ends by it, also where an older Node started it', async () => {
    const url = await serve(stay);
    const me = watch(startByOldNode(['me'], { SAZABI_API_URL: url, SAZABI_SECRET_KEY: KEY }));
    await expect.poll(() => requests.length, soon).toBe(1);
    me.child.kill('SIGINT');
    await me.code;
    expect([me.child.signalCode, me.notes()]).toEqual(['SIGINT', '']);
  });

  it.each([
    ['a refused key', refuse(401, 'API_KEY_REVOKED'), 'API_KEY_REVOKED it is.'],
    ['a filter that is none', refuse(400, 'VALIDATION_ERROR'), 'VALIDATION_ERROR it is.', 2],
    ['an API that is starting', refuse(503, 'SERVICE_UNAVAILABLE'), 'SERVICE_UNAVAILABLE it is.'],
    [
      'a key that ends meanwhile',
      (_: IncomingMessage, response: ServerResponse) =>
        void stream(response, 'event: error\ndata: {"code":"API_KEY_EXPIRED","message":"Over.","status":401}\n\n'),
      'Over. (API_KEY_EXPIRED',
    ],
  ])('%s: says so and exits 1, or 2 where it was called wrongly', async (_, answer, says, code = 1) => {
    const tail = start(await serve(answer, stay));
    expect(await tail.code).toBe(code);
    expect(tail.notes()).toContain(says);
    expect(requests).toHaveLength(1);
  });

  it('no server: says the address and how to start it', async () => {
    const url = await serve(stay);
    server.close();
    const tail = start(url);
    expect(await tail.code).toBe(1);
    expect(tail.notes()).toMatch(new RegExp(`No answer from the API at ${url}.*\\n.*npm start`));
  });
});

const PROJECT = '0192f0e4-1111-7222-8333-0123456789ab';
