// `projects`, `threads`, `settings`, `audit-log`, `me`, `logs get` and `logs fields`, against an HTTP server with answers of the
// contract's form.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;

const ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
const TIME = '2026-01-31T12:00:00.000Z';
const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });
const listed = (...items: object[]) => ok(items, { nextCursor: null });
const environment = () => ({ SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key' });
const sazabi = (...args: string[]) => callCli(args, { environment: environment() });
const calls = () => server.requests.map(({ method, path }) => `${method} ${path}`);
const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? '');

beforeEach(async () => {
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

describe('projects', () => {
  const project = {
    id: ID,
    name: 'Web shop',
    retentionDays: 90,
    quotas: { logsPerDay: 1_000_000, bytesPerDay: null },
    createdAt: TIME,
  };

  it('create prints the id alone; update sends what is to change', async () => {
    answer = () => ok(project);
    const flags = ['--retention', '90', '--quota-logs', '1000000'];
    expect(await sazabi('projects', 'create', '--name', 'Web shop', ...flags)).toMatchObject({ stdout: `${ID}\n` });
    expect(lastBody()).toEqual({ name: 'Web shop', retentionDays: 90, quotas: { logsPerDay: 1_000_000 } });
    const changed = await sazabi('projects', 'update', ID, '--quota-bytes', 'none');
    expect(lastBody()).toEqual({ quotas: { bytesPerDay: null } });
    expect(changed.stdout).toMatch(/^Logs a day +1,000,000$/m);
    expect(await sazabi('projects', 'update', ID)).toMatchObject({ code: 2 });
    answer = () => ok({ ...project, retentionDays: 1 });
    expect((await sazabi('projects', 'create', '--name', 'Brief')).stderr).toContain('are kept for 1 day. ');
    expect(calls()).toEqual(['POST /projects', `PATCH /projects/${ID}`, 'POST /projects']);
  });

  it('list fits the terminal: columns go, ids stay whole', async () => {
    answer = () => listed(project, { ...project, name: 'A very long name of a project that has no end to it at all' });
    const lines = async (columns?: number) =>
      (await callCli(['projects', 'list'], { environment: environment(), ...(columns ? { columns } : {}) })).stdout;
    expect(await lines()).toContain('no end to it at all');
    expect(await lines()).toMatch(/RETENTION DAYS.*LOGS A DAY.*BYTES A DAY.*CREATED/);
    const narrow = await lines(60);
    expect(narrow).not.toContain('CREATED');
    expect(narrow).toMatch(new RegExp(`${ID}  A very.*…\n$`));
  });

  it('delete says what goes with it, and needs --yes where nobody can be asked', async () => {
    answer = ({ method }) => (method === 'DELETE' ? { status: 204 } : ok(project));
    const unasked = await sazabi('projects', 'delete', ID);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringMatching(/"Web shop".*logs.*public key.*--yes/s)]);
    expect(calls()).toEqual([`GET /projects/${ID}`]);
    expect(await sazabi('projects', 'delete', ID, '--yes', '--json')).toMatchObject({
      code: 0,
      stdout: `{"id":"${ID}","deleted":true}\n`,
    });
  });
});

describe('threads', () => {
  const thread = {
    id: ID,
    title: 'Slow checkout',
    status: 'open',
    query: null,
    messageCount: 1,
    createdAt: TIME,
    createdBy: ID,
    updatedAt: TIME,
  };
  const message = { id: ID, body: 'two\nlines\u001b[2J', logIds: ['GIX'], createdAt: TIME, createdBy: ID };

  it('create saves what would select logs as its query', async () => {
    answer = () => ok(thread);
    await sazabi('threads', 'create', '--title', 'Slow checkout');
    expect(lastBody()).toEqual({ title: 'Slow checkout' });
    await sazabi(
      'threads',
      'create',
      '--title',
      'Slow',
      '--search',
      'timeout',
      '--from',
      '2h',
      '--filter',
      'level=error',
    );
    expect(lastBody()).toEqual({
      title: 'Slow',
      query: {
        from: '-2h',
        search: { query: 'timeout', mode: 'all' },
        filters: [{ field: 'level', op: 'eq', value: 'error' }],
      },
    });
  });

  it('is found by its title, shown with its messages, and resolved', async () => {
    answer = ({ path, method }) => {
      if (path.includes('/messages')) return listed(message);
      return path.startsWith('/threads?')
        ? listed(thread)
        : ok({ ...thread, status: method === 'PATCH' ? 'resolved' : 'open' });
    };
    const shown = await sazabi('threads', 'show', 'Slow checkout');
    expect(shown.stdout).toContain('\ntwo\nlines\\u001b[2J\n  log GIX\n');
    expect(JSON.parse((await sazabi('threads', 'show', ID, '--json')).stdout)).toEqual({
      ...thread,
      messages: [message],
    });
    expect((await sazabi('threads', 'resolve', ID)).stdout).toMatch(/^Status +resolved$/m);
    expect(lastBody()).toEqual({ status: 'resolved' });
    expect((await sazabi('threads', 'list', '--status', 'open')).stdout).toContain('Slow checkout');
    expect(calls().at(-1)).toBe('GET /threads?status=open&limit=100');
  });

  it('say adds a message, from stdin too', async () => {
    answer = () => ({ ...ok(message), status: 201 });
    await sazabi('threads', 'say', ID, 'The pool was empty.', '--log', 'a', '--log', 'b');
    expect([calls(), lastBody()]).toEqual([
      [`POST /threads/${ID}/messages`],
      { body: 'The pool was empty.', logIds: ['a', 'b'] },
    ]);
    await callCli(['threads', 'say', ID, '-'], { environment: environment(), input: 'one\ntwo\n' });
    expect(lastBody()).toEqual({ body: 'one\ntwo' });
  });
});

it('settings are shown, and changed one by one', async () => {
  const settings = {
    name: 'Shop',
    defaultRetentionDays: 30,
    defaultRateLimits: { publicKeys: 1000, secretKeys: null },
  };
  answer = () => ok(settings);
  expect((await sazabi('settings', 'show')).stdout).toMatch(/public keys +1000 a minute\n.*secret keys +none\n$/);
  await sazabi('settings', 'update', '--default-retention', '60', '--secret-rate-limit', 'none');
  expect(lastBody()).toEqual({ defaultRetentionDays: 60, defaultRateLimits: { secretKeys: null } });
  expect(await sazabi('settings', 'update')).toMatchObject({ code: 2 });
});

it('audit-log list tells who changed what, so many as are asked for', async () => {
  const entry = {
    id: ID,
    at: TIME,
    action: 'project.changed',
    actor: { type: 'secret_key', keyId: ID, keyName: 'Ops', keyPrefix: 'sk_live_sz_1234' },
    target: { type: 'project', id: ID, name: 'Web shop' },
    changes: { retentionDays: [30, 90] },
    address: '192.0.2.1',
    userAgent: null,
  };
  answer = () => ok([entry, entry, entry], { nextCursor: 'more' });
  const ran = await sazabi(
    'audit-log',
    'list',
    '--action',
    'project.changed',
    '--target',
    ID,
    '--from',
    '7d',
    '--limit',
    '5',
  );
  expect(ran.stdout.match(/Web shop +Ops +192\.0\.2\.1 +retentionDays: 30 → 90$/gm)).toHaveLength(5);
  expect(calls()).toHaveLength(2);
  expect(calls()[0]).toBe(`GET /audit-log?action=project.changed&targetId=${ID}&from=-7d&limit=100`);
  expect(await sazabi('audit-log', 'list', '--action', 'project.eaten')).toMatchObject({ code: 2 });
});

it('me tells whose key it is', async () => {
  const key = { id: ID, name: 'Ops', mode: 'live', scopes: ['logs:read', 'usage:read'], keyPrefix: 'sk_live_sz_1234' };
  answer = () => ok({ organization: { id: ID, name: 'Shop' }, key });
  expect((await sazabi('me')).stdout).toMatch(/^Organization +Shop$.*^Scopes +logs:read usage:read$/ms);
});

describe('logs', () => {
  it('get shows everything of one log', async () => {
    const attributes = JSON.parse('{"status":"502","__proto__":"kept"}');
    answer = () => ok({ timestamp: TIME, level: 'error', service: null, message: 'a\nb', id: 'x/y', attributes });
    const { stdout } = await sazabi('logs', 'get', 'x/y');
    expect(stdout).toMatch(/^service +–$/m);
    expect(stdout).toMatch(/^message +a\\nb$/m);
    expect(stdout).toMatch(/^attributes\.__proto__ +kept$/m);
    expect(calls()).toEqual(['GET /logs/x%2Fy']);
  });

  it('query --show tells more of each row, where it has it', async () => {
    const row = { timestamp: TIME, level: 'info', service: 's', message: 'm', attributes: { status: '200' } };
    answer = () => ok([{ ...row, host: 'web-1' }, row], { nextCursor: null });
    const { stdout } = await sazabi(
      'logs',
      'query',
      '--show',
      'host',
      '--show',
      'attributes.status',
      '--show',
      'attributes',
    );
    expect(stdout.split('\n').map((line) => line.slice(55))).toEqual([
      'host=web-1  attributes.status=200  attributes={"status":"200"}  m',
      'attributes.status=200  attributes={"status":"200"}  m',
      '',
    ]);
  });

  it('fields lists what there is, by kind', async () => {
    answer = () =>
      ok({ attributes: [{ key: 'status', count: 3000 }], services: [{ value: 'shop\u0007', count: 2 }], hosts: [] });
    const { stdout } = await sazabi('logs', 'fields', '--from', '7d', '--project', ID);
    expect(stdout).toBe('ATTRIBUTES          LOGS\nattributes.status  3,000\n\nSERVICES    LOGS\nshop\\u0007     2\n');
    expect(calls()).toEqual([`GET /logs/fields?projectId=${ID}&from=-7d`]);
  });
});
