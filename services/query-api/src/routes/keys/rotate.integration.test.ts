// POST /public-keys/{id}/rotate and /secret-keys/{id}/rotate
import {
  auditLogEntrySchema,
  createdPublicKeySchema,
  createdSecretKeySchema,
  meSchema,
  OVERLAP_SECONDS_MAX,
  publicKeySchema,
} from '@sazabi/contract/schemas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type FollowingIntake, followReplicas } from '../../test-replica.ts';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { DAY_MS, inMs, makePublicKey, makeSecretKey, NOTHING } from './make-keys.testing.ts';

let test: TestApi;
let intake: FollowingIntake;
beforeAll(async () => {
  test = await startTestApi();
  intake = await followReplicas([test.api.internalUrl]);
});
afterAll(async () => {
  await intake.close();
  await test.close();
});

const rotate = (path: string, body?: unknown, key = test.secretKey) =>
  test.call('POST', `${path}/rotate`, { key, ...(body === undefined ? {} : { body }) });
const shown = async (id: string) => (await test.call('GET', `/public-keys/${id}`)).data(publicKeySchema);

it('gives a new key with the same settings, and both work for a day', async () => {
  const made = await makePublicKey(test, {
    environment: 'production',
    allowedOrigins: ['https://*.example.com'],
    rateLimitPerMinute: null,
  });
  const answer = await rotate(`/public-keys/${made.id}`);
  expect(answer.status).toBe(201);
  const next = answer.data(createdPublicKeySchema);
  const { id, key, keyPrefix, createdAt, createdBy, ...same } = made;
  expect(next).toMatchObject(same);
  expect(next.key).not.toBe(key);
  expect(next.key.startsWith(next.keyPrefix)).toBe(true);
  expect(intake.accepts(key)).toBe(true);
  expect(intake.accepts(next.key)).toBe(true);
  const old = await shown(id);
  expect(old).toMatchObject({ revokedAt: null, replacedBy: next.id });
  const leftMs = Date.parse(old.expiresAt ?? '') - Date.now();
  expect(leftMs).toBeGreaterThan(DAY_MS - 60_000);
  expect(leftMs).toBeLessThanOrEqual(DAY_MS);
});

it('with overlapSeconds 0 the old one is revoked before the answer', async () => {
  const made = await makePublicKey(test);
  const next = (await rotate(`/public-keys/${made.id}`, { overlapSeconds: 0 })).data(createdPublicKeySchema);
  expect(intake.accepts(made.key)).toBe(false);
  expect(intake.accepts(next.key)).toBe(true);
  expect((await shown(made.id)).revokedAt).not.toBeNull();

  const secret = await makeSecretKey(test, { scopes: ['keys:read'], rateLimitPerMinute: 50 });
  const nextSecret = (await rotate(`/secret-keys/${secret.id}`, { overlapSeconds: 0 })).data(createdSecretKeySchema);
  expect(nextSecret).toMatchObject({ scopes: ['keys:read'], rateLimitPerMinute: 50 });
  expect((await test.call('GET', '/me', { key: secret.key })).error().code).toBe('API_KEY_REVOKED');
  expect((await test.call('GET', '/me', { key: nextSecret.key })).status).toBe(200);
});

it('after the overlap the old one has expired; an earlier expiry stays, for both', async () => {
  const made = await makeSecretKey(test);
  await rotate(`/secret-keys/${made.id}`, { overlapSeconds: 1 });
  await expect
    .poll(async () => (await test.call('GET', '/me', { key: made.key })).status, { timeout: 10_000, interval: 100 })
    .toBe(401);
  expect((await test.call('GET', '/me', { key: made.key })).error().code).toBe('API_KEY_EXPIRED');

  const expiresAt = inMs(60_000);
  const ending = await makePublicKey(test, { expiresAt });
  const next = (await rotate(`/public-keys/${ending.id}`)).data(createdPublicKeySchema);
  expect(next.expiresAt).toBe(expiresAt);
  expect((await shown(ending.id)).expiresAt).toBe(expiresAt);
});

it('the old one cannot be brought back: a later end is a conflict that says what to use', async () => {
  const made = await makePublicKey(test);
  const next = (await rotate(`/public-keys/${made.id}`)).data(createdPublicKeySchema);
  const expire = (expiresAt: string | null) => test.call('PATCH', `/public-keys/${made.id}`, { body: { expiresAt } });
  for (const expiresAt of [null, inMs(2 * DAY_MS)]) {
    const refused = (await expire(expiresAt)).error();
    expect(refused).toMatchObject({ code: 'CONFLICT', status: 409 });
    expect(refused.message).toContain(`Use the key ${next.id}`);
  }
  expect((await expire(inMs(60_000))).status).toBe(200);
  await test.call('DELETE', `/public-keys/${next.id}`);
  expect((await rotate(`/public-keys/${made.id}`)).error().message).toContain('make a new one');
});

it('of two rotations of one key at once, one is a conflict that names the new key', async () => {
  const made = await makePublicKey(test);
  const answers = await Promise.all([rotate(`/public-keys/${made.id}`), rotate(`/public-keys/${made.id}`)]);
  const [good, refused] = answers.toSorted((one, other) => one.status - other.status);
  expect(refused?.error()).toMatchObject({ code: 'CONFLICT', status: 409 });
  expect(refused?.error().message).toContain(good?.data(createdPublicKeySchema).id);
});

it('is refused for a key that has ended, for another’s scopes, and for what is not there', async () => {
  const revoked = await makePublicKey(test);
  await test.call('DELETE', `/public-keys/${revoked.id}`);
  expect((await rotate(`/public-keys/${revoked.id}`)).error()).toMatchObject({ code: 'CONFLICT', status: 409 });
  const writer = await makeSecretKey(test, { scopes: ['keys:write'] });
  const more = await makeSecretKey(test, { scopes: ['logs:read'] });
  expect((await rotate(`/secret-keys/${more.id}`, {}, writer.key)).error().required_scope).toBe('logs:read');
  const { key } = await makeSecretKey(test, { mode: 'test' });
  expect((await rotate(`/secret-keys/${more.id}`, {}, key)).error().code).toBe('FORBIDDEN');
  for (const id of [NOTHING, 'x']) expect((await rotate(`/public-keys/${id}`)).error().code).toBe('NOT_FOUND');
});

it('takes overlaps up to 30 days', async () => {
  const { id } = await makePublicKey(test);
  for (const overlapSeconds of [-1, 0.5, '60', null, OVERLAP_SECONDS_MAX + 1]) {
    const answer = await rotate(`/public-keys/${id}`, { overlapSeconds });
    expect(answer.error().issues?.[0]?.path).toBe('overlapSeconds');
  }
  expect((await rotate(`/public-keys/${id}`, { overlapSeconds: OVERLAP_SECONDS_MAX })).status).toBe(201);
});

it('of the last admin key, with its own text, leaves the new one in its place', async () => {
  const own = await startTestApi();
  try {
    const me = (await own.call('GET', '/me')).data(meSchema).key;
    const made = await own.call('POST', `/secret-keys/${me.id}/rotate`, { body: { overlapSeconds: 0 } });
    const { key, id } = made.data(createdSecretKeySchema);
    expect((await own.call('GET', '/me')).error().code).toBe('API_KEY_REVOKED');
    expect((await own.call('GET', '/me', { key })).data(meSchema).key).toMatchObject({ id, scopes: ['admin'] });
    expect((await own.call('DELETE', `/secret-keys/${id}`, { key })).error().code).toBe('CONFLICT');
  } finally {
    await own.close();
  }
});

it('is written down with what came of it, and without any key', async () => {
  const made = await makePublicKey(test, { name: 'To be rotated' });
  const next = (await rotate(`/public-keys/${made.id}`, { overlapSeconds: 0 })).data(createdPublicKeySchema);
  const answer = await test.call('GET', '/audit-log?limit=2');
  expect(answer.data(z.array(auditLogEntrySchema))).toMatchObject([
    { action: 'public_key.created', target: { id: next.id, name: 'To be rotated' } },
    {
      action: 'public_key.rotated',
      target: { id: made.id, name: 'To be rotated' },
      changes: { revokedAt: [null, expect.any(String)], replacedBy: [null, next.id] },
    },
  ]);
  expect(answer.text).not.toContain(next.key);
});
