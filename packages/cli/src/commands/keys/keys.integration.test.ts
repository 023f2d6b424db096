// `keys public-keys|secret-keys`, against an HTTP server with answers of the contract's form.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCli } from '../../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../../testing/http-server.ts';

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;

const KEY_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
const PROJECT_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e90';
const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });
const environment = () => ({ SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key' });
const sazabi = (...args: string[]) => callCli(args, { environment: environment() });
const publicKeys = (...args: string[]) => sazabi('keys', 'public-keys', ...args);
const secretKeys = (...args: string[]) => sazabi('keys', 'secret-keys', ...args);
const calls = () => server.requests.map(({ method, path }) => `${method} ${path}`);
const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? '');
const daysAgo = (days: number) => new Date(Date.now() - 86_400_000 * days - 1000).toISOString();
const key = (name: string, more: object = {}) => ({
  id: `id-${name}`,
  name,
  keyPrefix: 'pk_live_sz_4fQz',
  mode: 'live',
  projectId: PROJECT_ID,
  environment: null,
  allowedOrigins: [],
  rateLimitPerMinute: 1000,
  createdAt: daysAgo(95),
  createdBy: null,
  lastUsedAt: null,
  lastUsedFrom: null,
  expiresAt: null,
  revokedAt: null,
  ...more,
});
const listed = (...keys: object[]) => ok(keys, { nextCursor: null });

beforeEach(async () => {
  answer = () => ok(key('a'));
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

describe('create', () => {
  it('prints the key alone on stdout', async () => {
    answer = () => ({ ...ok({ ...key('Web'), key: 'pk_live_sz_whole' }), status: 201 });
    const flags = '--test --rate-limit none --environment e --origin https://a.b --origin https://c.d'.split(' ');
    const end = ['--expires', '2030-01-01T00:00:00Z', '--project', PROJECT_ID];
    const ran = await publicKeys('create', '--name', 'Web', ...flags, ...end);
    expect(ran).toMatchObject({ code: 0, stdout: 'pk_live_sz_whole\n' });
    expect(ran.stderr).toContain('this once only');
    expect(calls()).toEqual(['POST /public-keys']);
    expect(lastBody()).toEqual({
      name: 'Web',
      mode: 'test',
      rateLimitPerMinute: null,
      environment: 'e',
      allowedOrigins: ['https://a.b', 'https://c.d'],
      expiresAt: '2030-01-01T00:00:00.000Z',
      projectId: PROJECT_ID,
    });
  });

  it('takes scopes and presets of them, and no others', async () => {
    answer = () => ({ ...ok({ ...key('Read'), key: 'sk_live_sz_whole' }), status: 201 });
    await secretKeys('create', '--name', 'Read', '--scope', 'read', '--scope', 'keys:write', '--scope', 'logs:read');
    expect(lastBody()).toEqual({
      name: 'Read',
      scopes: ['logs:read', 'usage:read', 'projects:read', 'keys:read', 'threads:read', 'settings:read', 'keys:write'],
    });
    const wrong = await secretKeys('create', '--name', 'Read', '--scope', 'logs:write');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('logs:read')]);
  });

  it('a project is named by its name too', async () => {
    answer = ({ path }) =>
      path.startsWith('/projects')
        ? listed(
            { id: PROJECT_ID, name: 'Shop', retentionDays: 1, quotas: {}, createdAt: daysAgo(1) },
            { id: KEY_ID, name: 'Shop two', retentionDays: 1, quotas: {}, createdAt: daysAgo(1) },
          )
        : ok({ ...key('Web'), key: 'k' });
    await publicKeys('create', '--name', 'Web', '--project', 'Shop');
    expect(calls()).toEqual(['GET /projects?limit=100', 'POST /public-keys']);
    expect(lastBody()).toMatchObject({ projectId: PROJECT_ID });
    const none = await publicKeys('create', '--name', 'Web', '--project', 'shop');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('no project "shop"')]);
  });
});

describe('list', () => {
  const names = (stdout: string) => [...stdout.matchAll(/^id-(\w)/gm)].map(([, name]) => name);

  it('leaves revoked keys out, and says so, unless they are asked for', async () => {
    const [living, revoked] = [key('a', { expiresAt: daysAgo(2) }), key('b', { revokedAt: daysAgo(1) })];
    answer = () => listed(living, revoked);
    const usual = await publicKeys('list');
    expect([names(usual.stdout), usual.stderr]).toEqual([['a'], '1 revoked one is not shown: --all.\n']);
    const all = await publicKeys('list', '--all');
    expect([names(all.stdout), all.stderr]).toEqual([['a', 'b'], '']);
    expect(names((await publicKeys('list', '--state', 'revoked')).stdout)).toEqual(['a', 'b']);
    const json = await publicKeys('list', '--json');
    expect([JSON.parse(json.stdout), json.stderr]).toEqual([[living], usual.stderr]);
    expect(JSON.parse((await publicKeys('list', '--json', '--all')).stdout)).toHaveLength(2);
    answer = () => listed(revoked, revoked);
    const none = await publicKeys('list');
    expect(none).toMatchObject({ stdout: '', stderr: 'No public keys.\n2 revoked ones are not shown: --all.\n' });
    expect(await publicKeys('list', '--all', '--state', 'active')).toMatchObject({ code: 2 });
  });

  it('shows every page, and those alone that flags ask for', async () => {
    answer = ({ path }) =>
      path.includes('cursor')
        ? listed(key('c', { revokedAt: '2026-01-01T00:00:00.000Z', mode: 'test' }))
        : ok([key('a'), key('b', { lastUsedAt: daysAgo(0), expiresAt: daysAgo(2) })], { nextCursor: 'next' });
    const all = await publicKeys('list', '--all');
    expect(names(all.stdout)).toEqual(['a', 'b', 'c']);
    expect(all.stdout).toMatch(/^id-b .* 1s ago +live +expired 2d ago$/m);
    expect(all.stdout).toMatch(/^id-c .* never +test +revoked 2026-01-01$/m);
    expect(all.stdout).toMatch(/^ID .* LAST USED +MODE +STATE\nid-a .* never +live +active$/m);
    const narrow = await callCli(['keys', 'public-keys', 'list'], {
      environment: { ...environment(), NO_COLOR: '1' },
      columns: 40,
    });
    expect(narrow.stdout).toMatch(/^ID +NAME +STATE$/m);
    answer = () => listed();
    const flags = [
      '--unused',
      '90d',
      '--older',
      '200d',
      '--mode',
      'test',
      '--state',
      'active',
      '--project',
      PROJECT_ID,
    ];
    await publicKeys('list', ...flags);
    const asked = new URL(server.requests.at(-1)?.path ?? '', server.url).searchParams;
    const { unusedSince = '', createdBefore = '', ...rest } = Object.fromEntries(asked);
    expect(rest).toEqual({ mode: 'test', state: 'active', projectId: PROJECT_ID, limit: '100' });
    expect(unusedSince.slice(0, 10)).toBe(daysAgo(90).slice(0, 10));
    expect(createdBefore.slice(0, 10)).toBe(daysAgo(200).slice(0, 10));
  });

  it('is one array for programs, also where nothing is found', async () => {
    answer = () => listed(key('a'), { ...key('b'), more: 1 });
    expect(JSON.parse((await publicKeys('list', '--json')).stdout)).toEqual(
      [key('a'), { ...key('b'), more: 1 }].map((expected) =>
        expect.objectContaining({ ...expected, createdAt: expect.any(String) }),
      ),
    );
    answer = () => listed();
    expect(await publicKeys('list', '--json')).toMatchObject({ stdout: '[]\n', stderr: '' });
    expect(await publicKeys('list')).toMatchObject({ stdout: '', stderr: 'No public keys.\n' });
  });
});

describe('one key', () => {
  it('show tells what is known of it', async () => {
    answer = () =>
      ok(key('Web', { lastUsedFrom: { address: '192.0.2.1', userAgent: 'curl\u001b[2J' }, lastUsedAt: daysAgo(1) }));
    const ran = await publicKeys('show', KEY_ID);
    expect(ran.stdout).toMatch(/^Name +Web$/m);
    expect(ran.stdout).toMatch(/^Origins +any$/m);
    expect(ran.stdout).toMatch(/^Last used from +192\.0\.2\.1 \(curl\\u001b\[2J\)$/m);
    expect(calls()).toEqual([`GET /public-keys/${KEY_ID}`]);
  });

  it('update sends what is to change, and what is to be taken back', async () => {
    const flags = ['--name', 'New', '--expires', 'never', '--rate-limit', 'none', '--origin', 'any'];
    expect(await publicKeys('update', KEY_ID, ...flags, '--environment', '')).toMatchObject({ code: 0 });
    expect(calls()).toEqual([`PATCH /public-keys/${KEY_ID}`]);
    const taken = { expiresAt: null, rateLimitPerMinute: null, allowedOrigins: [], environment: null };
    expect(lastBody()).toEqual({ name: 'New', ...taken });
    await secretKeys('update', KEY_ID, '--no-allow-browser', '--scope', 'admin');
    expect(lastBody()).toEqual({ allowBrowser: false, scopes: ['admin'] });
    expect(await secretKeys('update', KEY_ID)).toMatchObject({ code: 2, stdout: '' });
  });

  it('rotate prints the new key alone on stdout', async () => {
    answer = () => ({ ...ok({ ...key('Web'), key: 'pk_live_sz_next' }), status: 201 });
    expect(await publicKeys('rotate', KEY_ID, '--overlap', '1h')).toMatchObject({
      code: 0,
      stdout: 'pk_live_sz_next\n',
    });
    expect([calls(), lastBody()]).toEqual([[`POST /public-keys/${KEY_ID}/rotate`], { overlapSeconds: 3600 }]);
    await secretKeys('rotate', KEY_ID);
    expect(lastBody()).toEqual({});
  });

  it('is named by its name, which means the one that is not revoked', async () => {
    const revoked = key('Web', { revokedAt: daysAgo(1) });
    answer = ({ method }) => (method === 'DELETE' ? { status: 204 } : listed(revoked, key('Web', { id: KEY_ID })));
    expect(await publicKeys('revoke', 'Web')).toMatchObject({ code: 0, stdout: `Revoked ${KEY_ID}.\n` });
    answer = () => listed(key('Web'), key('Web', { id: KEY_ID }));
    const ambiguous = await publicKeys('revoke', 'Web');
    expect([ambiguous.code, ambiguous.stderr]).toEqual([2, expect.stringContaining('2 public keys are named "Web"')]);
  });

  it('revoke asks on a terminal, and takes no key', async () => {
    answer = ({ method }) => (method === 'DELETE' ? { status: 204 } : ok(key('Web')));
    const atTerminal = (input: string) =>
      callCli(['keys', 'public-keys', 'revoke', KEY_ID], { environment: environment(), input, columns: 80 });
    const refused = await atTerminal('n\n');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('"Web" (pk_live_sz_4fQz…) for good?')]);
    expect(calls()).toEqual([`GET /public-keys/${KEY_ID}`]);
    expect(await atTerminal('y\n')).toMatchObject({ code: 0, stdout: `Revoked ${KEY_ID}.\n` });
    expect(await secretKeys('revoke', KEY_ID, '--json')).toMatchObject({
      stdout: `{"id":"${KEY_ID}","revoked":true}\n`,
    });
    expect(calls().slice(1)).toEqual([
      `GET /public-keys/${KEY_ID}`,
      `DELETE /public-keys/${KEY_ID}`,
      `DELETE /secret-keys/${KEY_ID}`,
    ]);
    expect(await secretKeys('revoke', 'sk_live_sz_x')).toMatchObject({ code: 2 });
    expect(server.requests).toHaveLength(4);
  });
});
