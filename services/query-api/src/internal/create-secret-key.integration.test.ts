// POST /internal/secret-keys: the way back in.
import { auditLogEntrySchema, createdSecretKeySchema, failureSchema, meSchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../test-support.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

const make = (body: object, path = 'secret-keys') =>
  fetch(`${test.api.internalUrl}/internal/${path}`, { method: 'POST', body: JSON.stringify(body) });
const madeSchema = z.object({ data: z.object({ organizationId: z.string(), secretKey: createdSecretKeySchema }) });
const made = async (body: object) => madeSchema.parse(await (await make(body)).json()).data;
const refusal = async (body: object) => failureSchema.parse(await (await make(body)).json()).error;

it('makes an admin key of the only organization, and is written down as the operator’s', async () => {
  const { organizationId, secretKey } = await made({});
  expect(secretKey).toMatchObject({ scopes: ['admin'], mode: 'live', expiresAt: null, createdBy: null });
  const me = (await test.call('GET', '/me', { key: secretKey.key })).data(meSchema);
  expect(me.organization.id).toBe(organizationId);
  const [entry] = (await test.call('GET', '/audit-log?limit=1')).data(z.array(auditLogEntrySchema));
  expect(entry).toMatchObject({
    action: 'secret_key.created',
    actor: { type: 'operator', keyId: null },
    target: { id: secretKey.id, name: secretKey.name },
  });
  const reader = await made({ name: 'Reads', scopes: ['logs:read'] });
  expect(reader.secretKey).toMatchObject({ name: 'Reads', scopes: ['logs:read'] });
});

it('asks which organization where there are several, and knows no other', async () => {
  const founded = await make({ name: 'Another' }, 'organizations');
  const organization = z.object({ data: z.object({ organization: z.object({ id: z.string() }) }) });
  const { id } = organization.parse(await founded.json()).data.organization;
  expect(await refusal({})).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path: 'organizationId' }] });
  expect((await made({ organizationId: id })).organizationId).toBe(id);
  expect((await refusal({ organizationId: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f' })).code).toBe('NOT_FOUND');
  for (const body of [{ organizationId: 'x' }, { scopes: [] }, { scopes: ['all'] }, { name: '' }, { mode: 'test' }])
    expect((await refusal(body)).code).toBe('VALIDATION_ERROR');
});
