// `dead-letters`, `receipts` and `admin` against an HTTP server with answers of the contract's form.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;

const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });
const failed = (status: number, code: string, headers = {}): Answer => ({
  status,
  headers,
  body: { data: null, error: { code, message: `no: ${code}`, status, requestId: 'r' } },
});
const environment = () => ({ SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key', INTERNAL_URL: server.url });
const PROJECT_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
const sazabi = (...args: string[]) => callCli(args, { environment: environment() });
const calls = () => server.requests.map(({ method, path }) => `${method} ${path}`);
const letter = (id: string) => ({
  id,
  projectId: PROJECT_ID,
  logs: 3,
  bytes: 70,
  reason: '469 VIOLATED_CONSTRAINT: \u001b[31mred',
  replays: 1,
  deadAt: '2026-01-31T12:00:00.000Z',
  expiresOn: '2026-03-02',
});

beforeEach(async () => {
  answer = () => ok([]);
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

/** As a person at a terminal, who types `typed`. */
const atTerminal = (typed: string, ...args: string[]) =>
  callCli(args, { environment: environment(), input: typed, columns: 200 });

describe('dead-letters', () => {
  it('list shows them, page after page, of one project where it is asked for', async () => {
    answer = (_request, index) => ok([letter(`l-${index}`)], { nextCursor: index === 0 ? 'next' : null });
    const ran = await sazabi('dead-letters', 'list', '--project', PROJECT_ID);
    expect(ran.stdout).toMatch(/l-0 +01936f3e\S+ +3 +1 .*VIOLATED_CONSTRAINT: \\u001b\[31mred\nl-1 /);
    expect(calls()).toEqual([
      `GET /dead-letters?projectId=${PROJECT_ID}&limit=100`,
      `GET /dead-letters?projectId=${PROJECT_ID}&limit=100&cursor=next`,
    ]);
  });

  it('replay and delete take ids, go on after one that fails, and exit with 1', async () => {
    answer = ({ path }) => (path.includes('gone') ? failed(404, 'NOT_FOUND') : ok({ id: 'x', accepted: 3 }));
    const replayed = await sazabi('dead-letters', 'replay', 'l-1', 'gone', 'l-2', '--json');
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toBe('{"id":"l-1","accepted":3}\n{"id":"l-2","accepted":3}\n');
    expect(replayed.stderr).toContain('gone: no: NOT_FOUND');
    answer = () => ({ status: 204 });
    expect(await sazabi('dead-letters', 'delete', 'l-1')).toMatchObject({ code: 0, stdout: 'l-1 deleted\n' });
    expect(calls()).toEqual([
      'POST /dead-letters/l-1/replay',
      'POST /dead-letters/gone/replay',
      'POST /dead-letters/l-2/replay',
      'DELETE /dead-letters/l-1',
    ]);
  });

  it('--all asks on a terminal, shows how far it is, and needs --yes elsewhere', async () => {
    answer = ({ method }) =>
      method === 'GET' ? ok([letter('l-1'), letter('l-2')], { nextCursor: null }) : { status: 204 };
    const unasked = await sazabi('dead-letters', 'delete', '--all');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await atTerminal('n\n', 'dead-letters', 'delete', '--all')).toMatchObject({ code: 2 });
    expect(calls()).not.toContain('DELETE /dead-letters/l-1');
    const asked = await atTerminal('y\n', 'dead-letters', 'delete', '--all');
    expect(asked).toMatchObject({ code: 0, stdout: 'deleted 2, failed 0\n' });
    expect(asked.stderr).toContain('Delete 2 dead letters, for good? [y/N]');
    expect(asked.stderr).toContain('█ 2/2');
    expect(await sazabi('dead-letters', 'delete', '--all', '--yes')).toMatchObject({ code: 0 });
  });

  it.each([[[]], [['l-1', '--all']], [['l-1', '--project', PROJECT_ID]]])('refuses %j as a call', async (args) => {
    expect((await sazabi('dead-letters', 'replay', ...args)).code).toBe(2);
    expect(calls()).toEqual([]);
  });

  it('a rate limit is waited for', async () => {
    answer = (_request, index) =>
      index === 0 ? failed(429, 'RATE_LIMIT_EXCEEDED', { 'retry-after': '1' }) : ok({ id: 'x', accepted: 1 });
    expect(await sazabi('dead-letters', 'replay', 'l-1')).toMatchObject({
      code: 0,
      stdout: 'l-1 replayed\n',
      stderr: "The key's rate limit is used up: waiting 1 s.\n",
    });
    expect(calls()).toHaveLength(2);
  });
});

describe('receipts get', () => {
  const state = (status: string) =>
    ok({ status, projectId: 'p', accepted: 2, stored: 0, deadLettered: 0, deadLetterId: null });

  it('--wait asks until it is stored', async () => {
    answer = (_request, index) => state(index < 2 ? 'durable' : 'stored');
    const ran = await sazabi('receipts', 'get', 'abc', '--wait', '--json');
    expect([ran.code, JSON.parse(ran.stdout)]).toEqual([
      0,
      expect.objectContaining({ receipt: 'abc', status: 'stored' }),
    ]);
    expect(calls()).toEqual(Array.from({ length: 3 }, () => 'GET /receipts/abc'));
  });

  it('exits with 1 for what is dead-lettered, or not stored in time', async () => {
    answer = () => state('dead-lettered');
    expect(await sazabi('receipts', 'get', 'abc', '--wait')).toMatchObject({ code: 1 });
    answer = () => state('durable');
    expect(await sazabi('receipts', 'get', 'abc')).toMatchObject({ code: 0 });
    expect(await sazabi('receipts', 'get', 'abc', '--wait', '--timeout', '1s')).toMatchObject({ code: 1 });
  });
});

it('logs send --receipts prints the receipt of each request, and the counts elsewhere', async () => {
  answer = () => ({
    status: 202,
    body: { data: { accepted: 1, rejected: [], rejectedCount: 0, receipt: 'the-receipt' }, error: null },
  });
  const ran = await callCli(['logs', 'send', '--receipts'], {
    environment: { SAZABI_INTAKE_URL: server.url, SAZABI_PUBLIC_KEY: 'pk_live_key' },
    input: 'one line',
  });
  expect(ran).toMatchObject({ code: 0, stdout: 'the-receipt\n', stderr: 'accepted 1, rejected 0\n' });
});

describe('admin', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sazabi-admin-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('dead-letters lists, saves and deletes with the internal token', async () => {
    const dead = {
      id: 'bus-0-7',
      kind: 'undecodable',
      bytes: 4,
      reason: 'checksum',
      deadAt: '2026-01-31T12:00:00.000Z',
    };
    answer = () => ok([dead]);
    const withToken = { environment: { ...environment(), INTERNAL_TOKEN: 'token' } };
    const listed = await callCli(['admin', 'dead-letters', 'list'], withToken);
    expect(listed.stdout).toMatch(/bus-0-7 +undecodable +4 /);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer token');
    const file = join(folder, 'record.bin');
    answer = () => ({ status: 200, body: 'abc' });
    expect(await sazabi('admin', 'dead-letters', 'save', 'bus-0-7', file)).toMatchObject({ code: 0 });
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['"abc"', 0o600]);
    expect((await sazabi('admin', 'dead-letters', 'save', 'bus-0-7', file)).stderr).toContain('EEXIST');
    answer = () => ({ status: 204 });
    expect(await sazabi('admin', 'dead-letters', 'delete', 'bus-0-7')).toMatchObject({ code: 0 });
    expect(calls().at(-1)).toBe('DELETE /internal/dead-letters/bus-0-7');
  });

  it('takes the token that npm start left in its data folder, but for one that is set; a refused one is named', async () => {
    writeFileSync(join(folder, 'internal-token'), 'of-the-run\n');
    const list = (more: Readonly<Record<string, string>>) =>
      callCli(['admin', 'organizations', 'list'], {
        environment: { ...environment(), SAZABI_DATA_DIR: folder, ...more },
      });
    expect((await list({})).code).toBe(0);
    expect((await list({ INTERNAL_TOKEN: 'given' })).code).toBe(0);
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer of-the-run', 'Bearer given']);
    answer = () => ({ status: 401, body: 'token needed' });
    expect((await list({})).stderr).toContain(`The token in ${join(folder, 'internal-token')} was refused`);
    expect((await list({ INTERNAL_TOKEN: 'given' })).stderr).toContain('INTERNAL_TOKEN was refused');
    const none = await list({ SAZABI_DATA_DIR: join(folder, 'none') });
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/none was found.*INTERNAL_TOKEN.*SAZABI_DATA_DIR/);
  });

  it('organizations are made and listed; without the token it says what to set', async () => {
    answer = ({ method }) =>
      method === 'GET'
        ? ok([{ id: 'o-1', name: 'Shop' }])
        : ok({
            organization: { id: 'o-1', name: 'Shop' },
            project: { id: 'p' },
            publicKey: { key: 'pk' },
            secretKey: { key: 'sk' },
          });
    expect((await sazabi('admin', 'organizations', 'list')).stdout).toMatch(/o-1 +Shop/);
    const made = await sazabi('admin', 'organizations', 'create', '--name', 'Shop');
    expect(made.stdout).toBe('SAZABI_PUBLIC_KEY=pk\nSAZABI_SECRET_KEY=sk\n');
    answer = () => ({ status: 401, body: 'token needed' });
    expect((await sazabi('admin', 'organizations', 'list')).stderr).toContain('INTERNAL_TOKEN');
  });
});
