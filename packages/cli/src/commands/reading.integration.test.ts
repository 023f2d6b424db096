// The commands that read and manage, as processes, against an HTTP server with answers of the contract's form.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';
import { runSazabi, startSazabi } from '../testing/run-sazabi.ts';

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;

const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });
const environment = () => ({ SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key' });
const sazabi = (...args: string[]) => runSazabi(args, { environment: environment() });
const row = (message: string) => ({
  timestamp: '2026-01-31T12:00:00.123456789Z',
  level: 'error',
  service: 'shop',
  message,
  attributes: { a: '1' },
});
const key = (name: string, more: object = {}) => ({
  id: `id-${name}`,
  name,
  keyPrefix: 'pk_live_sz_4fQz',
  mode: 'live',
  projectId: 'p-1',
  createdAt: new Date(Date.now() - 86_400_000 * 100).toISOString(),
  lastUsedAt: null,
  expiresAt: null,
  revokedAt: null,
  ...more,
});

beforeEach(async () => {
  answer = () => ok([]);
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

describe('logs query', () => {
  it('asks for what the flags say', async () => {
    answer = () => ok([], { nextCursor: null });
    const flags = '--from 2h --to -1h --search slow --mode any --sort asc --limit 7 --project p-1'.split(' ');
    const ran = await sazabi('logs', 'query', ...flags, '--filter', 'level=error', '--filter', 'attributes.ms>=5');
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/logs/query',
      headers: { 'x-sazabi-secret-key': 'sk_test_key' },
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      from: '-2h',
      to: '-1h',
      search: { query: 'slow', mode: 'any' },
      filters: [
        { field: 'level', op: 'eq', value: 'error' },
        { field: 'attributes.ms', op: 'gte', value: 5 },
      ],
      projectId: 'p-1',
      sort: 'asc',
      limit: 7,
    });
  });

  it('shows a row a line, with control characters escaped', async () => {
    answer = () => ok([row('one\ntwo \u001b[31mred')], { nextCursor: null });
    const ran = await sazabi('logs', 'query');
    expect(ran.stdout).toBe('2026-01-31 12:00:00.123Z  ERROR  shop                  one\\ntwo \\u001b[31mred\n');
  });

  it('--all follows the cursor, --limit stops within a page, and rows come through --json untouched', async () => {
    answer = (_request, index) =>
      ok([row(`${index}a`), { ...row(`${index}b`), more: true }], { nextCursor: index < 2 ? `c${index}` : null });
    const all = await sazabi('logs', 'query', '--all', '--json');
    const rows = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ message }) => message)).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
    expect(rows[1]).toEqual({ ...row('0b'), more: true });
    expect(server.requests.map(({ body }) => JSON.parse(body).cursor)).toEqual([undefined, 'c0', 'c1']);

    answer = (request) =>
      ok(
        Array.from({ length: JSON.parse(request.body).limit }, () => row('x')),
        { nextCursor: 'more' },
      );
    const some = await sazabi('logs', 'query', '--limit', '1000', '--json');
    expect(some.stdout.trimEnd().split('\n')).toHaveLength(1000);
  });

  it('ends quietly when its reader has had enough', async () => {
    answer = () =>
      ok(
        Array.from({ length: 1000 }, () => row('x'.repeat(1000))),
        { nextCursor: 'forever' },
      );
    const child = startSazabi(['logs', 'query', '--all', '--json'], environment());
    const ended = new Promise((resolve) => child.on('close', resolve));
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toBe(0);
    expect(stderr).toBe('');
  });
});

describe('logs volume', () => {
  const points = (...counts: number[]) =>
    counts.map((count, minute) => ({ bucket: `2026-01-31T12:0${minute}:00.000Z`, count }));

  it('draws a bar a bucket', async () => {
    answer = () =>
      ok({ series: [{ group: null, total: 1500, points: points(1000, 500, 0) }], total: 1500, interval: '1m' });
    const ran = await sazabi('logs', 'volume', '--interval', '1m');
    expect(ran.stdout).toBe(
      `2026-01-31 12:00:00Z  ${'█'.repeat(60)}  1,000\n2026-01-31 12:01:00Z  ${'█'.repeat(30)}${' '.repeat(30)}  500\n2026-01-31 12:02:00Z  ${' '.repeat(60)}  0\n`,
    );
    expect(ran.stderr).toBe('1,500 logs\n');
  });

  it('says in one line that there are none', async () => {
    answer = () => ok({ series: [{ group: null, total: 0, points: points(0, 0) }], total: 0, interval: '1m' });
    const ran = await sazabi('logs', 'volume');
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', 'no logs\n']);
  });

  it('shows each group, the others and those without', async () => {
    const series = [
      { group: 'shop\u0007', total: 8, points: points(8, 0) },
      { group: null, total: 4, points: points(2, 2) },
      { group: null, other: true, total: 1, points: points(1, 0) },
    ];
    answer = () => ok({ series, total: 13, interval: '1m' });
    const ran = await sazabi('logs', 'volume', '--group-by', 'service', '--groups', '2');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ groupBy: 'service', limit: 2 });
    expect(ran.stdout.split('\n').map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['GROUP', 'LOGS'],
      ['shop\\u0007', '8'],
      ['(none)', '4'],
      ['(others)', '1'],
      [''],
    ]);
    expect(JSON.parse((await sazabi('logs', 'volume', '--json')).stdout)).toEqual({
      series,
      total: 13,
      interval: '1m',
    });
  });
});

describe('keys', () => {
  it('create prints the key alone on stdout', async () => {
    answer = () => ({ ...ok({ ...key('Web'), key: 'pk_live_sz_whole' }), status: 201 });
    const ran = await sazabi(
      ...['keys', 'public-keys', 'create', '--name', 'Web', '--test', '--rate-limit', 'none', '--environment', 'e'],
      ...[
        '--origin',
        'https://a.b',
        '--origin',
        'https://c.d',
        '--expires',
        '2030-01-01T00:00:00Z',
        '--project',
        'p-1',
      ],
    );
    expect(ran).toMatchObject({ code: 0, stdout: 'pk_live_sz_whole\n' });
    expect(ran.stderr).toContain('this once only');
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/public-keys' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      name: 'Web',
      mode: 'test',
      rateLimitPerMinute: null,
      environment: 'e',
      allowedOrigins: ['https://a.b', 'https://c.d'],
      expiresAt: '2030-01-01T00:00:00.000Z',
      projectId: 'p-1',
    });
    await sazabi('keys', 'secret-keys', 'create', '--name', 'Read', '--scope', 'read', '--scope', 'keys:write');
    expect(JSON.parse(server.requests[1]?.body ?? '')).toEqual({
      name: 'Read',
      scopes: ['logs:read', 'usage:read', 'projects:read', 'keys:read', 'threads:read', 'settings:read', 'keys:write'],
    });
  });

  it('list shows every page, and --unused those that nobody uses', async () => {
    answer = ({ path }) =>
      path.includes('cursor')
        ? ok([key('c', { revokedAt: '2026-01-01T00:00:00.000Z' })], { nextCursor: null })
        : ok([key('a'), key('b', { lastUsedAt: new Date().toISOString() })], { nextCursor: 'next' });
    const names = (stdout: string) => [...stdout.matchAll(/^id-(\w)/gm)].map(([, name]) => name);
    const all = await sazabi('keys', 'public-keys', 'list');
    expect(names(all.stdout)).toEqual(['a', 'b', 'c']);
    expect(all.stdout).toContain('revoked 2026-01-01');
    expect(names((await sazabi('keys', 'public-keys', 'list', '--unused', '90d')).stdout)).toEqual(['a', 'c']);
    expect((await sazabi('keys', 'public-keys', 'list', '--older', '200d')).stdout).toBe('');
    expect((await sazabi('keys', 'public-keys', 'list', '--json')).stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('revoke takes an id, never a key', async () => {
    answer = () => ({ status: 204 });
    expect(await sazabi('keys', 'secret-keys', 'revoke', 'a/b')).toMatchObject({ code: 0, stdout: 'Revoked a/b.\n' });
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path: '/secret-keys/a%2Fb' });
    const ran = await sazabi('keys', 'secret-keys', 'revoke', 'sk_live_sz_x');
    expect(ran.code).toBe(2);
    expect(server.requests).toHaveLength(1);
  });
});

describe('failures', () => {
  it("the API's own words are shown, harmless, with what it says to do", async () => {
    answer = () => ({
      status: 403,
      body: {
        data: null,
        error: {
          code: 'INSUFFICIENT_PERMISSIONS',
          message: 'Not \u001b[2Jyours.',
          status: 403,
          requestId: 'r-9',
          required_scope: 'keys:read',
        },
      },
    });
    const ran = await sazabi('keys', 'public-keys', 'list');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      'Not \\u001b[2Jyours. (INSUFFICIENT_PERMISSIONS, request r-9)\n  Needed: a secret key with the scope keys:read.\n',
    );
  });

  it('issues are listed, unless the message holds them already', async () => {
    const issues = [
      { path: 'limit', message: 'too small' },
      { path: '', message: 'odd' },
    ];
    const error = { code: 'VALIDATION_ERROR', status: 400, requestId: 'r', issues };
    answer = (_request, index) => ({
      status: 400,
      body: { data: null, error: { ...error, message: index === 0 ? 'Not as documented: limit: too small.' : 'Bad.' } },
    });
    expect((await sazabi('logs', 'query')).stderr).toBe(
      'Not as documented: limit: too small. (VALIDATION_ERROR, request r)\n  odd\n',
    );
    expect((await sazabi('logs', 'query')).stderr).toBe(
      'Bad. (VALIDATION_ERROR, request r)\n  limit: too small\n  odd\n',
    );
  });

  it.each([{ status: 200, body: 'hello' }, { status: 404, body: { hello: 1 } }, { status: 502 }])(
    'another server at that address is recognised: %o',
    async (strange) => {
      answer = () => strange;
      const ran = await sazabi('projects', 'list');
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(/not as .*Sazabi/);
    },
  );

  it('an address where nobody listens, and a missing key, say what to do', async () => {
    const nobody = await sazabi('projects', 'list', '--api-url', 'http://127.0.0.1:9');
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('http://127.0.0.1:9');
    expect(nobody.stderr).toContain('npm start');
    const noKey = await runSazabi(['projects', 'list']);
    expect(noKey.code).toBe(1);
    expect(noKey.stderr).toContain('SAZABI_SECRET_KEY');
    expect(noKey.stderr).toContain('sazabi keys secret-keys create');
  });

  it.each([
    [],
    ['nonsense'],
    ['logs', 'query', '--from', 'yesterday'],
    ['logs', 'query', '--limit', '0'],
    ['logs', 'query', '--limit', '1001'],
    ['logs', 'query', '--mode', 'fuzzy'],
    ['logs', 'query', '--filter', 'level'],
    ['keys', 'public-keys', 'create'],
    ['keys', 'public-keys', 'list', '--unused', 'long'],
    ['projects', 'list', '--api-url', 'localhost:4319'],
    ['logs', 'send', '--format', 'xml'],
  ])('called wrongly: exit code 2, and stdout stays empty: %j', async (...args: string[]) => {
    const ran = await sazabi(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).not.toBe('');
    expect(server.requests).toHaveLength(0);
  });
});
