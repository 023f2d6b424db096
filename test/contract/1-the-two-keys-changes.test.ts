// Section 1 of the contract, changes of keys: at once, rotation, no escalation, no organization without an admin key.
import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { api, failureOf, newKey, newOrganization, type Organization, send } from './support/organization.ts';

const ROUNDS = 10;

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

const rotate = (type: string, id: string, body: object | undefined = {}, key = own.secretKey) =>
  api(key, 'POST', `/${type}/${id}/rotate`, body);
const log = { message: 'm' };

describe('changes are effective when the call returns', () => {
  it(`POST and DELETE: a new key is taken, a revoked one refused, by the next request (${ROUNDS} times)`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { id, key } = await newKey(own, 'public-keys');
      expect((await send(key, log)).status).toBe(202);
      await own.client.revokeKey('public-keys', id);
      expect(failureOf(await send(key, log))).toEqual([401, 'API_KEY_REVOKED']);
    }
  });

  it(`PATCH (${ROUNDS} times)`, async () => {
    const { id, key } = await newKey(own, 'public-keys');
    const origin = 'https://app.example.com';
    for (let round = 0; round < ROUNDS; round++) {
      await api(own.secretKey, 'PATCH', `/public-keys/${id}`, { allowedOrigins: [origin] });
      expect(failureOf(await send(key, log))).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
      await api(own.secretKey, 'PATCH', `/public-keys/${id}`, { allowedOrigins: [] });
      expect((await send(key, log)).status).toBe(202);
    }
  });

  it('rotate', async () => {
    const { id, key } = await newKey(own, 'public-keys');
    const rotated = await rotate('public-keys', id, { overlapSeconds: 0 });
    expect((await send(rotated.body.data.key, log)).status).toBe(202);
    expect((await send(key, log)).status).toBe(401);
  });

  it('of secret keys too', async () => {
    const { id, key } = await newKey(own, 'secret-keys', { scopes: ['logs:read'] });
    expect(failureOf(await api(key, 'GET', '/projects'))).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
    await api(own.secretKey, 'PATCH', `/secret-keys/${id}`, { scopes: ['projects:read'] });
    expect((await api(key, 'GET', '/projects')).status).toBe(200);
    await own.client.revokeKey('secret-keys', id);
    expect(failureOf(await api(key, 'GET', '/projects'))).toEqual([401, 'API_KEY_REVOKED']);
  });

  it('expiry is checked by the clock on every request', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const writer = await newKey(own, 'public-keys', { expiresAt });
    const reader = await newKey(own, 'secret-keys', { expiresAt });
    const expired = async () => Date.now() > Date.parse(expiresAt);
    await waitFor('both have expired', expired, 10_000);
    for (const answer of [await send(writer.key, log), await api(reader.key, 'GET', '/me')]) {
      expect(failureOf(answer)).toEqual([401, 'API_KEY_EXPIRED']);
      expect(answer.body.error.expiredAt).toBe(expiresAt);
    }
  });
});

describe('rotating', () => {
  it('makes a new key with the same settings', async () => {
    const settings = { environment: 'staging', rateLimitPerMinute: 77, allowedOrigins: ['https://app.example.com'] };
    const { id, key } = await newKey(own, 'public-keys', { name: 'Rotated', ...settings });
    const rotated = await rotate('public-keys', id);
    expect(rotated.status).toBe(201);
    expect(rotated.body.data).toMatchObject({ name: 'Rotated', projectId: own.projectId, mode: 'live', ...settings });
    expect(rotated.body.data.id).not.toBe(id);
    expect(rotated.body.data.key).not.toBe(key);
  });

  it('ends the old one after overlapSeconds, by default 86400', async () => {
    const { id, key } = await newKey(own, 'public-keys');
    await rotate('public-keys', id, undefined);
    expect((await send(key, log)).status).toBe(202);
    const { data } = (await api(own.secretKey, 'GET', `/public-keys/${id}`)).body;
    expect(Math.abs(Date.parse(data.expiresAt) - Date.now() - 86_400_000)).toBeLessThan(60_000);
  });

  it('0 = revoked at once', async () => {
    const { id, key } = await newKey(own, 'secret-keys');
    await rotate('secret-keys', id, { overlapSeconds: 0 });
    expect(failureOf(await api(key, 'GET', '/me'))).toEqual([401, 'API_KEY_REVOKED']);
  });

  it('it then answers API_KEY_EXPIRED', async () => {
    const { id, key } = await newKey(own, 'public-keys');
    await rotate('public-keys', id, { overlapSeconds: 1 });
    const answer = await waitFor(
      'the old key is refused',
      async () => {
        const sent = await send(key, log);
        return sent.status !== 202 && sent;
      },
      10_000,
    );
    expect(failureOf(answer)).toEqual([401, 'API_KEY_EXPIRED']);
  });

  it('an earlier expiry stays', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await newKey(own, 'public-keys', { expiresAt });
    await rotate('public-keys', id, { overlapSeconds: 7_200 });
    expect((await api(own.secretKey, 'GET', `/public-keys/${id}`)).body.data.expiresAt).toBe(expiresAt);
  });
});

describe('no call may make, change, rotate or revoke a key that holds a scope that the caller lacks', () => {
  let clerk: string;
  let admin: { readonly id: string };
  beforeAll(async () => {
    clerk = (await newKey(own, 'secret-keys', { scopes: ['keys:read', 'keys:write', 'logs:read'] })).key;
    admin = await newKey(own, 'secret-keys', { scopes: ['projects:write'] });
  });

  it.each([
    ['make', 'POST', (): string => '/secret-keys', { name: 'x', scopes: ['projects:write'] }],
    ['make, by the default scopes', 'POST', (): string => '/secret-keys', { name: 'x' }],
    ['change', 'PATCH', (): string => `/secret-keys/${admin.id}`, { name: 'x' }],
    ['rotate', 'POST', (): string => `/secret-keys/${admin.id}/rotate`, {}],
    ['revoke', 'DELETE', (): string => `/secret-keys/${admin.id}`, undefined],
  ] as const)('%s: 403 with required_scope', async (_what, method, path, body) => {
    const answer = await api(clerk, method, path(), body);
    expect(failureOf(answer)).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
    expect(['projects:write', 'admin']).toContain(answer.body.error.required_scope);
  });

  it('change: what it holds cannot be widened either', async () => {
    const { id } = await newKey(own, 'secret-keys', { scopes: ['logs:read'] });
    expect((await api(clerk, 'PATCH', `/secret-keys/${id}`, { name: 'mine' })).status).toBe(200);
    const widened = await api(clerk, 'PATCH', `/secret-keys/${id}`, { scopes: ['logs:read', 'usage:read'] });
    expect(widened.body.error).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS', required_scope: 'usage:read' });
  });
});

describe('no call may leave the organization without an unexpiring, unrevoked admin key: 409', () => {
  it.each([
    ['revoke', 'DELETE', undefined],
    ['take its scope away', 'PATCH', { scopes: ['keys:write'] }],
    ['let it expire', 'PATCH', { expiresAt: '2100-01-01T00:00:00.000Z' }],
  ] as const)('%s', async (_what, method, body) => {
    const alone = await newOrganization();
    // One that expires is not one to come back with.
    await newKey(alone, 'secret-keys', { expiresAt: '2100-01-01T00:00:00.000Z' });
    const answer = await api(alone.secretKey, method, `/secret-keys/${alone.secretKeyId}`, body);
    expect(failureOf(answer)).toEqual([409, 'CONFLICT']);
    expect((await api(alone.secretKey, 'GET', '/me')).status).toBe(200);
  });

  it('a rotation is no such call: the new key takes over', async () => {
    const alone = await newOrganization();
    const rotated = await rotate('secret-keys', alone.secretKeyId, { overlapSeconds: 0 }, alone.secretKey);
    expect(rotated.status).toBe(201);
    expect((await api(rotated.body.data.key, 'GET', '/me')).status).toBe(200);
  });

  it('nor do two calls at once leave it without', async () => {
    const alone = await newOrganization();
    const second = await newKey(alone, 'secret-keys');
    const answers = await Promise.all([
      api(alone.secretKey, 'DELETE', `/secret-keys/${alone.secretKeyId}`),
      api(second.key, 'DELETE', `/secret-keys/${second.id}`),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });
});
