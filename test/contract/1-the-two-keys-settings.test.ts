// Section 1 of the contract, what a key has and shows, and what its mode separates.
import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { api, failureOf, found, newKey, newOrganization, type Organization, send } from './support/organization.ts';
import { RATE_LIMIT_CAP } from './support/shared-system.ts';

/** Last uses are gathered for 10 s before they are written down. */
const USE_WRITTEN_MS = 30_000;
const USER_AGENT = 'contract-test/1';

let own: Organization;
let used: { readonly id: string; readonly key: string };
let usedSecret: { readonly id: string; readonly key: string };
beforeAll(async () => {
  own = await newOrganization();
  used = await newKey(own, 'public-keys');
  usedSecret = await newKey(own, 'secret-keys');
  await send(used.key, { message: 'used' }, { 'user-agent': USER_AGENT });
  await api(usedSecret.key, 'GET', '/me', undefined, { 'user-agent': USER_AGENT });
});

const created = (type: string, settings: object) =>
  api(own.secretKey, 'POST', `/${type}`, { name: 'test', ...settings });

describe('a key has', () => {
  it.each(['a', 'Ünïcode and_all-4', 'x'.repeat(100)])(
    'a name of 1–100 letters, digits, space, - and _: %s',
    async (name) => {
      expect((await created('public-keys', { name })).status).toBe(201);
    },
  );

  it.each(['', ' ', 'x'.repeat(101), 'a/b', 'a\nb', '<b>'])('no other name: %j', async (name) => {
    expect(failureOf(await created('public-keys', { name }))).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('a mode, live by default, or test', async () => {
    expect((await created('secret-keys', {})).body.data.mode).toBe('live');
    expect((await created('secret-keys', { mode: 'test' })).body.data.mode).toBe('test');
    expect((await created('secret-keys', { mode: 'prod' })).status).toBe(400);
  });

  it('expiresAt: never by default; a time in the future', async () => {
    expect((await created('public-keys', {})).body.data.expiresAt).toBeNull();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    expect((await created('public-keys', { expiresAt })).body.data.expiresAt).toBe(expiresAt);
    expect((await created('public-keys', { expiresAt: '2020-01-01T00:00:00Z' })).status).toBe(400);
  });

  it('scopes, of a secret key: admin unless told otherwise', async () => {
    expect((await created('secret-keys', {})).body.data.scopes).toEqual(['admin']);
    expect((await created('secret-keys', { scopes: ['keys:read'] })).body.data.scopes).toEqual(['keys:read']);
    expect((await created('secret-keys', { scopes: ['everything'] })).status).toBe(400);
    expect((await created('public-keys', { scopes: ['keys:read'] })).status).toBe(400);
  });

  it('allowedOrigins: exact origins and https://*.example.com', async () => {
    const { key } = await newKey(own, 'public-keys', {
      allowedOrigins: ['https://app.example.com', 'https://*.example.org'],
    });
    const from = async (origin: string) => (await send(key, { message: 'm' }, { origin })).status;
    expect(await from('https://app.example.com')).toBe(202);
    expect(await from('https://a.b.example.org')).toBe(202);
    for (const origin of [
      'https://app.example.com:8443',
      'http://app.example.com',
      'https://example.org',
      'https://example.org.evil.net',
      'https://evilexample.org',
      'null',
    ])
      expect(failureOf(await send(key, { message: 'm' }, { origin })), origin).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
  });

  it('empty allowedOrigins = any; a public key that has them refuses a request without Origin', async () => {
    expect((await send(own.publicKey, { message: 'm' }, { origin: 'https://anywhere.example' })).status).toBe(202);
    const { key } = await newKey(own, 'public-keys', { allowedOrigins: ['https://app.example.com'] });
    expect(failureOf(await send(key, { message: 'm' }))).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
  });

  it('allowBrowser, of a secret key, with at least one origin', async () => {
    const browser = { allowBrowser: true, allowedOrigins: ['https://app.example.com'] };
    expect((await created('secret-keys', browser)).body.data.allowBrowser).toBe(true);
    expect((await created('secret-keys', { allowBrowser: true })).status).toBe(400);
  });

  it('environment, of a public key: the default of its logs’ environment', async () => {
    const { key } = await newKey(own, 'public-keys', { environment: 'staging' });
    const note = { message: 'environment' };
    await send(key, [note, { ...note, environment: 'production' }]);
    const rows = await found(own.secretKey, { filters: [{ field: 'message', op: 'eq', value: 'environment' }] }, 2);
    expect(rows.map((row: { environment: string }) => row.environment).sort()).toEqual(['production', 'staging']);
  });

  it('rateLimitPerMinute: 1000 by default, null = none but the operator’s cap, above the cap refused', async () => {
    expect((await created('public-keys', {})).body.data.rateLimitPerMinute).toBe(1000);
    const { body } = await created('public-keys', { rateLimitPerMinute: null });
    expect(body.data.rateLimitPerMinute).toBeNull();
    const answer = await send(body.data.key, { message: 'm' });
    expect(answer.headers.get('x-ratelimit-limit')).toBe(String(RATE_LIMIT_CAP));
    const above = await created('public-keys', { rateLimitPerMinute: RATE_LIMIT_CAP + 1 });
    expect(failureOf(above)).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('what can be changed is changed by PATCH; a field not sent stays', async () => {
    const { id } = await newKey(own, 'public-keys', { environment: 'staging' });
    const path = `/public-keys/${id}`;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const change = { name: 'renamed', expiresAt, allowedOrigins: ['https://a.example'], rateLimitPerMinute: 7 };
    expect((await api(own.secretKey, 'PATCH', path, change)).status).toBe(200);
    expect((await api(own.secretKey, 'GET', path)).body.data).toMatchObject({ ...change, environment: 'staging' });
    expect((await api(own.secretKey, 'PATCH', path, { mode: 'test' })).status).toBe(400);
  });
});

describe('a key shows', () => {
  it('keyPrefix, createdAt, createdBy', async () => {
    const { id, key } = await newKey(own, 'public-keys');
    const { data } = (await api(own.secretKey, 'GET', `/public-keys/${id}`)).body;
    expect(data).toMatchObject({ keyPrefix: key.slice(0, data.keyPrefix.length), createdBy: own.secretKeyId });
    expect(Math.abs(Date.parse(data.createdAt) - Date.now())).toBeLessThan(60_000);
    expect(data).not.toHaveProperty('key');
  });

  it('revokedAt', async () => {
    const { id } = await newKey(own, 'public-keys');
    await own.client.revokeKey('public-keys', id);
    const { data } = (await api(own.secretKey, 'GET', `/public-keys/${id}`)).body;
    expect(Math.abs(Date.parse(data.revokedAt) - Date.now())).toBeLessThan(60_000);
  });

  it('lastUsedAt, lastUsedFrom: address and user agent', async () => {
    for (const path of [`/public-keys/${used.id}`, `/secret-keys/${usedSecret.id}`]) {
      const shown = await waitFor(
        'its use is written down',
        async () => {
          const { data } = (await api(own.secretKey, 'GET', path)).body;
          return data.lastUsedAt !== null && data;
        },
        USE_WRITTEN_MS,
      );
      expect(shown.lastUsedFrom).toEqual({ address: '127.0.0.1', userAgent: USER_AGENT });
    }
  });
});

describe('modes', () => {
  let testSecret: string;
  let testPublic: string;
  beforeAll(async () => {
    testSecret = (await newKey(own, 'secret-keys', { mode: 'test' })).key;
    testPublic = (await newKey(own, 'public-keys', { mode: 'test' })).key;
  });
  const selection = { filters: [{ field: 'service', op: 'eq', value: 'modes' }] };

  it('logs, receipts and fields are per mode: written with pk_test_, read with sk_test_', async () => {
    const inTest = await send(testPublic, { message: 'in test', service: 'modes', attributes: { ofTest: 1 } });
    const inLive = await send(own.publicKey, { message: 'in live', service: 'modes', attributes: { ofLive: 1 } });
    const [testRow] = await found(testSecret, selection);
    const [liveRow] = await found(own.secretKey, selection);
    expect([testRow.message, liveRow.message]).toEqual(['in test', 'in live']);
    for (const [key, mine, other, field, foreign] of [
      [testSecret, inTest, inLive, 'ofTest', 'ofLive'],
      [own.secretKey, inLive, inTest, 'ofLive', 'ofTest'],
    ] as const) {
      expect((await api(key, 'GET', `/receipts/${mine.body.data.receipt}`)).status).toBe(200);
      expect((await api(key, 'GET', `/receipts/${other.body.data.receipt}`)).status).toBe(404);
      const fields = (await api(key, 'GET', '/logs/fields')).text;
      expect([fields.includes(field), fields.includes(foreign)]).toEqual([true, false]);
      const volume = await api(key, 'POST', '/logs/volume', selection);
      expect(volume.body.data.total).toBe(1);
    }
    expect((await api(own.secretKey, 'GET', `/logs/${testRow.id}`)).status).toBe(404);
  });

  it('usage and dead letters are per mode', async () => {
    const days = await waitFor(
      'the usage of the test key is there',
      async () => {
        const { data } = (await api(testSecret, 'GET', '/usage')).body;
        return data.length > 0 && data;
      },
      USE_WRITTEN_MS,
    );
    expect(days.reduce((sum: number, day: { accepted: { logs: number } }) => sum + day.accepted.logs, 0)).toBe(1);
    expect((await api(testSecret, 'GET', '/dead-letters')).body.data).toEqual([]);
  });

  it('projects, settings, threads and the audit log belong to the organization: both modes read them', async () => {
    for (const path of ['/projects', '/settings', '/threads', '/audit-log'])
      expect([path, (await api(testSecret, 'GET', path)).status]).toEqual([path, 200]);
    const thread = await api(own.secretKey, 'POST', '/threads', { title: 'for both modes' });
    expect((await api(testSecret, 'GET', `/threads/${thread.body.data.id}`)).status).toBe(200);
  });

  it('a live secret key manages keys of both modes', async () => {
    const { id } = await newKey(own, 'public-keys', { mode: 'test' });
    expect((await api(own.secretKey, 'PATCH', `/public-keys/${id}`, { name: 'by live' })).status).toBe(200);
    expect((await api(own.secretKey, 'DELETE', `/public-keys/${id}`)).status).toBe(204);
  });

  it('a test key sees and manages test keys only', async () => {
    for (const type of ['public-keys', 'secret-keys']) {
      const { data } = (await api(testSecret, 'GET', `/${type}?limit=100`)).body;
      expect(new Set(data.map((key: { mode: string }) => key.mode))).toEqual(new Set(['test']));
    }
    expect((await api(testSecret, 'GET', `/public-keys/${own.publicKeyId}`)).status).toBe(404);
    const made = await api(testSecret, 'POST', '/public-keys', { name: 'by test', mode: 'test' });
    expect(made.status).toBe(201);
    expect((await api(testSecret, 'DELETE', `/public-keys/${made.body.data.id}`)).status).toBe(204);
  });

  it.each([
    ['making a project', 'POST', (): string => '/projects', { name: 'x' }],
    ['changing a project', 'PATCH', (): string => `/projects/${own.projectId}`, { name: 'x' }],
    ['deleting a project', 'DELETE', (): string => `/projects/${own.projectId}`, undefined],
    ['changing settings', 'PATCH', (): string => '/settings', { name: 'x' }],
    ['making a live key', 'POST', (): string => '/public-keys', { name: 'x', mode: 'live' }],
    ['changing a live key', 'PATCH', (): string => `/public-keys/${own.publicKeyId}`, { name: 'x' }],
    ['deleting a live key', 'DELETE', (): string => `/secret-keys/${own.secretKeyId}`, undefined],
  ] as const)('a test key gets 403 FORBIDDEN for %s', async (_what, method, path, body) => {
    expect(failureOf(await api(testSecret, method, path(), body))).toEqual([403, 'FORBIDDEN']);
  });
});
