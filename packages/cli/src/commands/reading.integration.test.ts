// The commands that read, against an HTTP server with answers of the contract's form.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { widthOf } from '../output/width.ts';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';
import { startSazabi } from '../testing/run-sazabi.ts';

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;

const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });
const environment = () => ({ SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key' });
const sazabi = (...args: string[]) => callCli(args, { environment: environment() });
const PROJECT_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
const row = (message: string) => ({
  timestamp: '2026-01-31T12:00:00.123456789Z',
  level: 'error',
  service: 'shop',
  message,
  attributes: { a: '1' },
});
beforeEach(async () => {
  answer = () => ok([]);
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

describe('logs query', () => {
  it('asks for what the flags say', async () => {
    answer = () => ok([], { nextCursor: null });
    const flags = '--from 2h --to -1h --search slow --mode any --sort asc --limit 7'.split(' ');
    const ran = await sazabi(
      'logs',
      'query',
      ...flags,
      '--project',
      PROJECT_ID,
      '--filter',
      'level=error',
      '--filter',
      'attributes.ms>=5',
    );
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
      projectId: PROJECT_ID,
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
      `2026-01-31 12:00:00Z  1,000  ${'█'.repeat(60)}\n2026-01-31 12:01:00Z    500  ${'█'.repeat(30)}\n2026-01-31 12:02:00Z      0\n`,
    );
    expect(ran.stderr).toBe('1,500 logs from 2026-01-31T12:00:00.000Z on, counted by 1m\n');
  });

  it.each([30, 40, 80, 200])('fits %i columns, grouped or not', async (columns) => {
    const series = ['shop', 'a service with a very long name indeed'].map((group, at) => ({
      group,
      total: 1500 * (at + 1),
      points: points(...Array.from({ length: 9 }, (_, index) => index * 1000)),
    }));
    answer = () => ok({ series, total: 4500, interval: '1m' });
    for (const flags of [[], ['--group-by', 'service']]) {
      const ran = await callCli(['logs', 'volume', ...flags], { environment: environment(), columns });
      const widths = stripVTControlCharacters(ran.stdout).split('\n').map(widthOf);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      expect(ran.stdout).toContain('█');
    }
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
      'Not \\u001b[2Jyours. (INSUFFICIENT_PERMISSIONS, request r-9)\n  Needed: a secret key with the scope keys:read.\n  The key is the one from SAZABI_SECRET_KEY.\n',
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
    expect(await sazabi('logs', 'query')).toMatchObject({
      code: 2,
      stderr: 'Not as documented: limit: too small. (VALIDATION_ERROR, request r)\n  odd\n',
    });
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
    const noKey = await callCli(['projects', 'list']);
    expect(noKey.code).toBe(1);
    expect(noKey.stderr).toContain('SAZABI_SECRET_KEY');
    expect(noKey.stderr).toContain('sazabi keys secret-keys create');
  });

  it('what was mistyped is guessed', async () => {
    expect((await sazabi('porjects', 'list')).stderr).toContain('Did you mean projects?');
    expect((await sazabi('logs', 'qeury')).stderr).toContain('Did you mean query?');
    expect((await sazabi('projects', 'list', '--jsno')).stderr).toContain('Did you mean --json?');
  });

  it('an empty key is told in words', async () => {
    expect(await sazabi('me', '--secret-key', '')).toMatchObject({
      code: 2,
      stderr: '--secret-key is empty: give it a value, or leave it out.\n',
    });
  });

  it('colours are for terminals, unless FORCE_COLOR or NO_COLOR says otherwise', async () => {
    answer = () => ok([row('m')], { nextCursor: null });
    const colours = async (more: Readonly<Record<string, string>>, columns?: number) => {
      const ran = await callCli(['logs', 'query'], {
        environment: { ...environment(), ...more },
        ...(columns === undefined ? {} : { columns }),
      });
      return ran.stdout.includes('\u001b[31mERROR');
    };
    expect([await colours({}), await colours({}, 80)]).toEqual([false, true]);
    expect([await colours({ FORCE_COLOR: '1' }), await colours({ FORCE_COLOR: '0' }, 80)]).toEqual([true, false]);
    expect([await colours({ NO_COLOR: '1' }, 80), await colours({ TERM: 'dumb' }, 80)]).toEqual([false, false]);
  });

  it.each([
    [],
    ['nonsense'],
    ['logs', 'query', '--from', 'yesterday'],
    ['logs', 'query', '--limit', '0'],
    ['logs', 'query', '--limit', '1001'],
    ['logs', 'query', '--mode', 'fuzzy'],
    ['logs', 'query', '--filter', 'level'],
    ['logs', 'query', '--show', 'toString'],
    ['logs', 'tail', '--show', 'nope'],
    ['keys', 'public-keys', 'create'],
    ['keys', 'public-keys', 'list', '--unused', 'long'],
    ['projects', 'list', '--api-url', 'localhost:4319'],
    ['logs', 'send', '--format', 'xml'],
    ['logs', 'send', '--json', '--receipts'],
    ['keys', 'public-keys', 'create', '--name', 'a', '--rate-limit', '1000000001'],
  ])('called wrongly: exit code 2, and stdout stays empty: %j', async (...args: string[]) => {
    const ran = await sazabi(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).not.toBe('');
    expect(server.requests).toHaveLength(0);
  });
});
