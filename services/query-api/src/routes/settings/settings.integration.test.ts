// An organization's settings over real HTTP and PGlite.
import {
  auditLogEntrySchema,
  createdPublicKeySchema,
  createdSecretKeySchema,
  meSchema,
  projectSchema,
  publicKeySchema,
  settingsSchema,
} from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';

const CAP = 5_000;

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi({ RATE_LIMIT_MAX_PER_MINUTE: String(CAP) });
});
afterAll(() => test.close());

async function makeKey(fields: Record<string, unknown>): Promise<string> {
  const answer = await test.call('POST', '/secret-keys', { body: { name: 'of settings', ...fields } });
  return answer.data(createdSecretKeySchema).key;
}

const read = async () => (await test.call('GET', '/settings')).data(settingsSchema);
const written = async () =>
  (await test.call('GET', '/audit-log?action=settings.changed')).data(z.array(auditLogEntrySchema));

describe('settings', () => {
  it('are changed one by one; /me shows the name, the audit log each change', async () => {
    const before = await read();
    expect(before).toMatchObject({
      defaultRetentionDays: 30,
      defaultRateLimits: { publicKeys: 1_000, secretKeys: 1_000 },
    });
    const patch = async (body: Record<string, unknown>) => {
      const answer = await test.call('PATCH', '/settings', { body });
      expect(answer.status, answer.text).toBe(200);
      return answer.data(settingsSchema);
    };
    expect(await patch({ name: 'Größe 2' })).toEqual({ ...before, name: 'Größe 2' });
    const after = {
      name: 'Größe 2',
      defaultRetentionDays: 3_650,
      defaultRateLimits: { publicKeys: CAP, secretKeys: null },
    };
    expect(await patch({ defaultRetentionDays: 3_650, defaultRateLimits: after.defaultRateLimits })).toEqual(after);
    expect(await patch({ defaultRateLimits: {} })).toEqual(after);
    expect(await read()).toEqual(after);
    expect((await test.call('GET', '/me')).data(meSchema).organization.name).toBe('Größe 2');
    expect((await written()).map(({ changes, target }) => [changes, target.name])).toEqual([
      [
        {
          defaultRetentionDays: [30, 3_650],
          'defaultRateLimits.publicKeys': [1_000, CAP],
          'defaultRateLimits.secretKeys': [1_000, null],
        },
        'Größe 2',
      ],
      [{ name: [before.name, 'Größe 2'] }, 'Größe 2'],
    ]);
  });

  it('are what projects and keys get that are made from then on and say nothing else', async () => {
    const make = async <T extends z.ZodType>(path: string, body: object, schema: T) => {
      const answer = await test.call('POST', path, { body: { name: 'made', ...body } });
      expect(answer.status, answer.text).toBe(201);
      return answer.data(schema);
    };
    const before = await make('/public-keys', {}, createdPublicKeySchema);
    const wanted = { defaultRetentionDays: 7, defaultRateLimits: { publicKeys: 70, secretKeys: null } };
    await test.call('PATCH', '/settings', { body: wanted });
    expect((await make('/projects', {}, projectSchema)).retentionDays).toBe(7);
    expect((await make('/projects', { retentionDays: 30 }, projectSchema)).retentionDays).toBe(30);
    expect((await make('/public-keys', {}, createdPublicKeySchema)).rateLimitPerMinute).toBe(70);
    expect(
      (await make('/public-keys', { rateLimitPerMinute: null }, createdPublicKeySchema)).rateLimitPerMinute,
    ).toBeNull();
    expect((await make('/secret-keys', {}, createdSecretKeySchema)).rateLimitPerMinute).toBeNull();
    const unchanged = (await test.call('GET', `/public-keys/${before.id}`)).data(publicKeySchema);
    expect(unchanged.rateLimitPerMinute).toBe(before.rateLimitPerMinute);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ defaultRetentionDays: 0 }, 'defaultRetentionDays'],
    [{ defaultRetentionDays: 3_651 }, 'defaultRetentionDays'],
    [{ defaultRetentionDays: null }, 'defaultRetentionDays'],
    [{ defaultRateLimits: { publicKeys: CAP + 1 } }, 'defaultRateLimits.publicKeys'],
    [{ defaultRateLimits: { secretKeys: CAP + 1 } }, 'defaultRateLimits.secretKeys'],
    [{ defaultRateLimits: { secretKeys: 0 } }, 'defaultRateLimits.secretKeys'],
    [{ defaultRateLimits: { others: 1 } }, 'defaultRateLimits.others'],
    [{ unknown: 1 }, 'unknown'],
  ])('refuse %j', async (body, path) => {
    const before = await read();
    const answer = await test.call('PATCH', '/settings', { body });
    expect(answer.error()).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path }] });
    expect(await read()).toEqual(before);
  });

  it('are read with settings:read and changed with settings:write, by live keys alone', async () => {
    const reader = await makeKey({ scopes: ['settings:read'] });
    const writer = await makeKey({ scopes: ['settings:write'] });
    const ofTests = await makeKey({ mode: 'test' });
    const change = { body: { defaultRetentionDays: 60 } };
    expect((await test.call('GET', '/settings', { key: writer })).error().required_scope).toBe('settings:read');
    expect((await test.call('PATCH', '/settings', { key: reader, ...change })).error().required_scope).toBe(
      'settings:write',
    );
    expect((await test.call('PATCH', '/settings', { key: ofTests, ...change })).error()).toMatchObject({
      code: 'FORBIDDEN',
      status: 403,
    });
    for (const key of [reader, ofTests]) expect((await test.call('GET', '/settings', { key })).status).toBe(200);
    expect((await test.call('PATCH', '/settings', { key: writer, ...change })).data(settingsSchema)).toMatchObject({
      defaultRetentionDays: 60,
    });
  });
});
