// PATCH /public-keys/{id} and /secret-keys/{id}
import { meSchema, publicKeySchema, secretKeySchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FollowingIntake, followReplicas } from '../../test-replica.ts';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { DAY_MS, inMs, makePublicKey, makeSecretKey, NOTHING } from './make-keys.testing.ts';

let test: TestApi;
let intake: FollowingIntake;
beforeAll(async () => {
  test = await startTestApi({ RATE_LIMIT_MAX_PER_MINUTE: '5000' });
  intake = await followReplicas([test.api.internalUrl]);
});
afterAll(async () => {
  await intake.close();
  await test.close();
});

const change = (path: string, body: unknown, key = test.secretKey) => test.call('PATCH', path, { key, body });

describe('a change', () => {
  it('is of what is sent alone, and known to intakes when it is answered', async () => {
    const made = await makePublicKey(test, { environment: 'staging', allowedOrigins: ['https://a.test'] });
    const { key, ...shown } = made;
    const wanted = { name: 'renamed', rateLimitPerMinute: 7, environment: null, expiresAt: inMs(DAY_MS) };
    const answer = await change(`/public-keys/${made.id}`, wanted);
    expect(answer.status).toBe(200);
    expect(answer.data(publicKeySchema)).toEqual({ ...shown, ...wanted });
    expect(intake.accepts(key)).toBe(true);
    const soon = inMs(300);
    expect((await change(`/public-keys/${made.id}`, { expiresAt: soon })).status).toBe(200);
    await expect.poll(() => intake.accepts(key), { timeout: 5_000, interval: 20 }).toBe(false);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
    expect((await test.call('GET', `/public-keys/${made.id}`)).data(publicKeySchema).expiresAt).toBe(soon);
  });

  it('of nothing changes nothing', async () => {
    const { key, ...shown } = await makePublicKey(test);
    expect((await change(`/public-keys/${shown.id}`, {})).data(publicKeySchema)).toEqual(shown);
  });

  it('of a secret key holds from the next request on', async () => {
    const { key, id } = await makeSecretKey(test, { scopes: ['logs:read', 'keys:read'] });
    const changed = await change(`/secret-keys/${id}`, { scopes: ['keys:read', 'keys:read', 'admin'] });
    expect(changed.data(secretKeySchema).scopes).toEqual(['keys:read', 'admin']);
    expect((await test.call('GET', '/projects', { key })).status).toBe(200);
    await change(`/secret-keys/${id}`, { scopes: ['keys:read'] });
    expect((await test.call('GET', '/projects', { key })).error().required_scope).toBe('projects:read');
    await change(`/secret-keys/${id}`, { rateLimitPerMinute: 3 });
    expect((await test.call('GET', '/me', { key })).headers.get('x-ratelimit-limit')).toBe('3');
  });

  it('allows pages only where both fields together say so', async () => {
    const { id } = await makeSecretKey(test);
    const refused = await change(`/secret-keys/${id}`, { allowBrowser: true });
    expect(refused.error().issues?.[0]?.path).toBe('allowedOrigins');
    const both = { allowBrowser: true, allowedOrigins: ['https://a.test'] };
    expect((await change(`/secret-keys/${id}`, both)).status).toBe(200);
    expect((await change(`/secret-keys/${id}`, { allowedOrigins: [] })).status).toBe(400);
  });

  it.each([
    [{ mode: 'test' }, 'mode'],
    [{ projectId: NOTHING }, 'projectId'],
    [{ name: '' }, 'name'],
    [{ name: null }, 'name'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ allowedOrigins: ['https://a.test/path'] }, 'allowedOrigins.0'],
    [{ rateLimitPerMinute: 5001 }, 'rateLimitPerMinute'],
    [{ environment: 'a\nb' }, 'environment'],
  ])('to %j is refused, naming %s', async (body, path) => {
    const { id } = await makePublicKey(test);
    expect((await change(`/public-keys/${id}`, body)).error()).toMatchObject({
      code: 'VALIDATION_ERROR',
      issues: [{ path }],
    });
  });

  it('of a key that has ended is a conflict that says when it ended', async () => {
    const revoked = await makePublicKey(test);
    await test.call('DELETE', `/public-keys/${revoked.id}`);
    const { revokedAt } = (await test.call('GET', `/public-keys/${revoked.id}`)).data(publicKeySchema);
    const answer = await change(`/public-keys/${revoked.id}`, { name: 'x' });
    expect(answer.error()).toMatchObject({ code: 'CONFLICT', status: 409 });
    expect(answer.error().message).toContain(`revoked at ${revokedAt}`);
    const expiresAt = inMs(200);
    const expiring = await makeSecretKey(test, { expiresAt });
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(expiresAt));
    const late = await change(`/secret-keys/${expiring.id}`, { expiresAt: null });
    expect(late.error().message).toContain(`expired at ${expiresAt}`);
  });

  it('that takes the last lasting admin key is a conflict; a key with an end is none', async () => {
    const own = await startTestApi();
    try {
      const { id } = (await own.call('GET', '/me')).data(meSchema).key;
      await makeSecretKey(own, { expiresAt: inMs(DAY_MS) });
      for (const body of [{ scopes: ['keys:write'] }, { expiresAt: inMs(DAY_MS) }]) {
        const answer = await own.call('PATCH', `/secret-keys/${id}`, { body });
        expect(answer.error()).toMatchObject({ code: 'CONFLICT', status: 409 });
      }
      expect((await own.call('PATCH', `/secret-keys/${id}`, { body: { name: 'The last' } })).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

describe('whoever may not', () => {
  it('is told the scope that is lacking, of the key as it is and as it would be', async () => {
    const writer = await makeSecretKey(test, { scopes: ['keys:write'] });
    const more = await makeSecretKey(test, { scopes: ['logs:read'] });
    const of = (id: string, body: object) => change(`/secret-keys/${id}`, body, writer.key);
    expect((await of(more.id, { name: 'x' })).error()).toMatchObject({ status: 403, required_scope: 'logs:read' });
    expect((await of(writer.id, { scopes: ['admin'] })).error().required_scope).toBe('admin');
    const reader = await makeSecretKey(test, { scopes: ['keys:read'] });
    expect((await change(`/secret-keys/${writer.id}`, { name: 'x' }, reader.key)).error().required_scope).toBe(
      'keys:write',
    );
  });

  it('as a test key changes no live key, and nobody what is not there', async () => {
    const { key } = await makeSecretKey(test, { mode: 'test' });
    const live = await makePublicKey(test);
    expect((await change(`/public-keys/${live.id}`, { name: 'x' }, key)).error()).toMatchObject({ code: 'FORBIDDEN' });
    const own = await makePublicKey(test, { mode: 'test' });
    expect((await change(`/public-keys/${own.id}`, { name: 'x' }, key)).status).toBe(200);
    for (const id of [NOTHING, 'x', own.id])
      expect((await change(`/secret-keys/${id}`, { name: 'x' })).error().code).toBe('NOT_FOUND');
  });
});
