// POST /public-keys and /secret-keys: what may be asked for, by whom; and what a key then is.
import { projectSchema, publicKeySchema, secretKeySchema } from '@sazabi/contract/schemas';
import { parseKey } from '@sazabi/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { makePublicKey, makeSecretKey } from './make-keys.testing.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

describe('scopes', () => {
  it('names the scope that is lacking', async () => {
    const { key } = await makeSecretKey(test, { scopes: ['logs:read'] });
    for (const [method, path, scope] of [
      ['GET', '/projects', 'projects:read'],
      ['POST', '/projects', 'projects:write'],
      ['GET', '/public-keys', 'keys:read'],
      ['POST', '/public-keys', 'keys:write'],
      ['GET', '/secret-keys', 'keys:read'],
      ['DELETE', '/secret-keys/01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f', 'keys:write'],
    ] as const) {
      const answer = await test.call(method, path, { key });
      expect(answer.error(), path).toMatchObject({
        code: 'INSUFFICIENT_PERMISSIONS',
        status: 403,
        required_scope: scope,
      });
    }
    const other = await makeSecretKey(test, { scopes: ['keys:read'] });
    const query = await test.call('POST', '/logs/query', { key: other.key, body: {} });
    expect(query.error().required_scope).toBe('logs:read');
  });

  it('no key makes or revokes one that may do more', async () => {
    const writer = await makeSecretKey(test, { scopes: ['keys:write', 'keys:read'] });
    const byDefault = await test.call('POST', '/secret-keys', { key: writer.key, body: { name: 'an admin' } });
    expect(byDefault.error()).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS', required_scope: 'admin' });
    const more = await test.call('POST', '/secret-keys', {
      key: writer.key,
      body: { name: 'x', scopes: ['keys:read', 'logs:read'] },
    });
    expect(more.error().required_scope).toBe('logs:read');
    const reader = await makeSecretKey(test, { scopes: ['logs:read'] });
    const revoke = await test.call('DELETE', `/secret-keys/${reader.id}`, { key: writer.key });
    expect(revoke.error()).toMatchObject({ status: 403, required_scope: 'logs:read' });
    const same = await makeSecretKey(test, { scopes: ['keys:read'] }, writer.key);
    expect(same.createdBy).toBe(writer.id);
    expect((await test.call('DELETE', `/secret-keys/${same.id}`, { key: writer.key })).status).toBe(204);
  });
});

describe('modes', () => {
  it('a test key sees and manages test keys only', async () => {
    const { key } = await makeSecretKey(test, { mode: 'test' });
    const live = await makePublicKey(test);
    const mine = await makePublicKey(test, { mode: 'test' }, key);
    expect(parseKey(mine.key)).toEqual({ ok: true, type: 'public', mode: 'test' });

    const listed = (await test.call('GET', '/public-keys?limit=100', { key })).data(z.array(publicKeySchema));
    expect(listed.map(({ id }) => id)).toContain(mine.id);
    expect(listed.every(({ mode }) => mode === 'test')).toBe(true);
    const secrets = (await test.call('GET', '/secret-keys?limit=100', { key })).data(z.array(secretKeySchema));
    expect(secrets.every(({ mode }) => mode === 'test')).toBe(true);
    expect((await test.call('GET', `/public-keys/${live.id}`, { key })).status).toBe(404);

    for (const [method, path, body] of [
      ['POST', '/public-keys', { name: 'live' }],
      ['POST', '/secret-keys', { name: 'live' }],
      ['POST', '/projects', { name: 'live' }],
      ['DELETE', `/public-keys/${live.id}`, undefined],
    ] as const) {
      const answer = await test.call(method, path, { key, body });
      expect(answer.error(), path).toMatchObject({ code: 'FORBIDDEN', status: 403 });
    }
    expect((await test.call('DELETE', `/public-keys/${mine.id}`, { key })).status).toBe(204);
  });

  it('a live key manages both', async () => {
    const { id } = await makePublicKey(test, { mode: 'test' });
    expect((await test.call('GET', `/public-keys/${id}`)).data(publicKeySchema).mode).toBe('test');
    expect((await test.call('DELETE', `/public-keys/${id}`)).status).toBe(204);
  });
});

describe('public keys', () => {
  it('are shown whole once, and have what they were given', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const wanted = {
      name: 'Größe_1 – 2'.replace(' – ', '-'),
      environment: 'production',
      allowedOrigins: ['https://app.example.com', 'https://*.example.com'],
      rateLimitPerMinute: null,
      expiresAt,
    };
    const made = await makePublicKey(test, wanted);
    expect(made).toMatchObject({ ...wanted, mode: 'live', revokedAt: null, lastUsedAt: null, lastUsedFrom: null });
    expect(parseKey(made.key)).toEqual({ ok: true, type: 'public', mode: 'live' });
    expect(made.key.startsWith(made.keyPrefix)).toBe(true);
    const { text } = await test.call('GET', `/public-keys/${made.id}`);
    expect(text).not.toContain(made.key);
    expect(text).not.toContain('"hash"');
  });

  it('belong to the first project unless another is named', async () => {
    const projects = (await test.call('GET', '/projects')).data(z.array(projectSchema));
    expect((await makePublicKey(test)).projectId).toBe(projects[0]?.id);
    const other = (await test.call('POST', '/projects', { body: { name: 'Other' } })).data(projectSchema);
    expect((await makePublicKey(test, { projectId: other.id })).projectId).toBe(other.id);
    // A UUID of any version and of nothing of ours.
    for (const projectId of ['01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f', '00000000-0000-0000-0000-000000000001'])
      expect((await test.call('POST', '/public-keys', { body: { name: 'x', projectId } })).error().code).toBe(
        'NOT_FOUND',
      );
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: 'a/b' }, 'name'],
    [{ name: 'x', mode: 'prod' }, 'mode'],
    [{ name: 'x', projectId: 'no uuid' }, 'projectId'],
    [{ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ name: 'x', expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'x', allowedOrigins: ['https://ok.test', 'https://a.test/path'] }, 'allowedOrigins.1'],
    [{ name: 'x', rateLimitPerMinute: 0 }, 'rateLimitPerMinute'],
    [{ name: 'x', expiresAt: '9999-12-31T23:59:59-23:59' }, 'expiresAt'],
    [{ name: 'x', environment: '' }, 'environment'],
    [{ name: 'x', environment: 'a\u0000b' }, 'environment'],
    [{ name: 'x', environment: 'a\nb' }, 'environment'],
    [{ name: 'x', environment: '\ud800' }, 'environment'],
  ])('%j is refused, naming %s', async (body, path) => {
    const answer = await test.call('POST', '/public-keys', { body });
    expect(answer.status).toBe(400);
    expect(answer.error().code).toBe('VALIDATION_ERROR');
    expect(answer.error().issues?.map((issue) => issue.path)).toEqual([path]);
  });

  it('100 characters of a name are taken; unknown fields are not', async () => {
    expect((await makePublicKey(test, { name: 'x'.repeat(100) })).name).toHaveLength(100);
    const answer = await test.call('POST', '/public-keys', { body: '{"name":"x","__proto__":{},"scope":"admin"}' });
    expect(answer.error().code).toBe('VALIDATION_ERROR');
    expect(answer.error().issues).toEqual([
      { path: '__proto__', message: 'is not a known field' },
      { path: 'scope', message: 'is not a known field' },
    ]);
  });
});

describe('secret keys', () => {
  it('allowBrowser needs an origin', async () => {
    const answer = await test.call('POST', '/secret-keys', { body: { name: 'x', allowBrowser: true } });
    expect(answer.error().issues?.[0]?.path).toBe('allowedOrigins');
  });

  it('tell when and from where they were last used', async () => {
    const made = await makeSecretKey(test);
    await test.call('GET', '/me', { key: made.key, headers: { 'user-agent': 'a test' } });
    await expect
      .poll(async () => (await test.call('GET', `/secret-keys/${made.id}`)).data(secretKeySchema).lastUsedFrom, {
        timeout: 20_000,
        interval: 500,
      })
      .toEqual({ address: '127.0.0.1', userAgent: 'a test' });
  });
});
