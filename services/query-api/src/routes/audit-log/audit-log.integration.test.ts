// The audit log over real HTTP and PGlite: what live and test keys see of it, by page and filter.
import {
  auditLogEntrySchema,
  createdPublicKeySchema,
  createdSecretKeySchema,
  meSchema,
  pageSchema,
} from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../../test-support.ts';

const USER_AGENT = 'a test of the audit log';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

async function read(query = '', key = test.secretKey) {
  const answer = await test.call('GET', `/audit-log?${query}`, { key });
  expect(answer.status, answer.text).toBe(200);
  return pageSchema(auditLogEntrySchema).parse(JSON.parse(answer.text));
}

async function makeSecretKey(fields: Record<string, unknown> = {}, key = test.secretKey) {
  const body = { name: 'of the audit log', ...fields };
  const answer = await test.call('POST', '/secret-keys', { key, body, headers: { 'user-agent': USER_AGENT } });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(createdSecretKeySchema);
}

async function makePublicKey(mode: string, key = test.secretKey) {
  const answer = await test.call('POST', '/public-keys', { key, body: { name: `audited ${mode}`, mode } });
  return answer.data(createdPublicKeySchema);
}

describe('the audit log', () => {
  it('tells who did what to which key, when and from where', async () => {
    const me = (await test.call('GET', '/me')).data(meSchema);
    const made = await makeSecretKey();
    await test.call('DELETE', `/secret-keys/${made.id}`, { headers: { 'user-agent': USER_AGENT } });
    const { data } = await read(`targetId=${made.id.toUpperCase()}`);
    const actor = { type: 'secret_key', keyId: me.key.id, keyName: me.key.name, keyPrefix: me.key.keyPrefix };
    const target = { type: 'secret_key', id: made.id, name: made.name };
    const from = { userAgent: USER_AGENT, address: expect.stringMatching(/127\.0\.0\.1|::1/) };
    expect(data).toMatchObject([
      { action: 'secret_key.revoked', actor, target, ...from },
      { action: 'secret_key.created', actor, target, ...from },
    ]);
    expect(JSON.stringify(data)).not.toContain(made.key);
    const [first] = (await read('action=organization.created')).data;
    expect(first).toMatchObject({
      actor: { type: 'bootstrap', keyId: null, keyName: null, keyPrefix: null },
      target: { type: 'organization', id: me.organization.id, name: me.organization.name },
      address: null,
    });
  });

  it('is paged newest first: each entry once, while others are written', async () => {
    const whole = (await read('limit=100')).data;
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await read(`limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
      await makePublicKey('live');
    }
    expect(seen).toEqual(whole.map(({ id }) => id));
    const times = whole.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('is cut by time, its end not included', async () => {
    const made = await makePublicKey('live');
    const later = await makePublicKey('live');
    const [entry] = (await read(`targetId=${made.id}`)).data;
    const at = encodeURIComponent(entry?.at ?? '');
    const ids = async (query: string) =>
      (await read(`action=public_key.created&${query}`)).data.map(({ target }) => target.id);
    expect(await ids(`from=${at}`)).toEqual(expect.arrayContaining([later.id, made.id]));
    expect(await ids(`to=${at}`)).not.toContain(made.id);
    expect(await ids('from=-1h')).toContain(made.id);
    expect(await ids('to=-1h')).toEqual([]);
    for (const query of ['from=yesterday', 'action=key.eaten', 'targetId=1', 'unknown=1', 'limit=101'])
      expect((await test.call('GET', `/audit-log?${query}`)).error().code).toBe('VALIDATION_ERROR');
  });

  it('shows a test key nothing about live keys: neither what was done to them nor how one that acted is named', async () => {
    const me = (await test.call('GET', '/me')).data(meSchema);
    const live = await makeSecretKey({ scopes: ['projects:write'] });
    const testAdmin = await makeSecretKey({ name: 'Tester', mode: 'test' });
    await test.call('PATCH', '/settings', { key: test.secretKey, body: { defaultRetentionDays: 99 } });
    const ofTest = await makePublicKey('test', testAdmin.key);
    const seen = (await read('limit=100', testAdmin.key)).data;
    const targets = seen.map(({ target }) => target.id);
    expect(targets).toEqual(expect.arrayContaining([ofTest.id, testAdmin.id]));
    expect(targets).not.toContain(live.id);
    expect((await read(`targetId=${live.id}`, testAdmin.key)).data).toEqual([]);
    const text = JSON.stringify(seen);
    expect(text).not.toContain('sk_live');
    expect(text).not.toContain(me.key.name);
    expect(seen.find(({ action }) => action === 'settings.changed')).toMatchObject({
      actor: { type: 'secret_key', keyName: null, keyPrefix: null },
      changes: { defaultRetentionDays: [30, 99] },
      address: null,
      userAgent: null,
    });
    expect(seen.find(({ target }) => target.id === ofTest.id)?.actor.keyName).toBe('Tester');
    const toLive = (await read(`targetId=${ofTest.id}`)).data;
    expect(toLive[0]?.actor.keyName).toBe('Tester');
  });

  it('I5: is the organization’s own, for admins alone', async () => {
    const body = JSON.stringify({ name: 'Theirs' });
    await fetch(`${test.api.internalUrl}/internal/organizations`, { method: 'POST', body });
    const founded = (await read('limit=100')).data.filter(({ action }) => action === 'organization.created');
    expect(founded).toHaveLength(1);
    const { key } = await makeSecretKey({ scopes: ['settings:read', 'keys:read'] });
    const answer = await test.call('GET', '/audit-log', { key });
    expect(answer.error()).toMatchObject({ status: 403, required_scope: 'admin' });
  });
});
