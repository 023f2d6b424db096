// I4 and I5: a revoked key is refused on the very next request, and a mode sees only what was written in it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';

const REVOCATIONS = 50;

let system: System;
let client: Client;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
});
afterAll(() => system?.stop());

describe('I4: a change of a key', () => {
  it(`is seen by the next request after the call, ${REVOCATIONS} of ${REVOCATIONS}`, async () => {
    let acceptedWhenNew = 0;
    let refusedWhenRevoked = 0;
    for (let round = 0; round < REVOCATIONS; round++) {
      const { id, key } = await client.createKey('public-keys', { name: `short-lived ${round}` });
      if ((await client.post({ message: 'new key' }, { key })).status === 202) acceptedWhenNew++;
      await client.revokeKey('public-keys', id);
      const refused = await client.post({ message: 'revoked key' }, { key });
      const { error } = Object(await refused.json());
      if (refused.status === 401 && error?.code === 'API_KEY_REVOKED' && Date.parse(error.revokedAt) > 0)
        refusedWhenRevoked++;
    }
    say(
      `keys: ${acceptedWhenNew} of ${REVOCATIONS} accepted when new, ${refusedWhenRevoked} of ${REVOCATIONS} refused when revoked`,
    );
    expect([acceptedWhenNew, refusedWhenRevoked]).toEqual([REVOCATIONS, REVOCATIONS]);
  });

  it('outlasts a kill of everything: revoked stays revoked', async () => {
    const { id, key } = await client.createKey('public-keys', { name: 'revoked before the crash' });
    await client.revokeKey('public-keys', id);
    await system.killTree();
    await system.restart();
    const answer = await client.post({ message: 'revoked key' }, { key });
    expect([answer.status, Object(await answer.json()).error.code]).toEqual([401, 'API_KEY_REVOKED']);
  });

  it('a revoked secret key is refused by the next call too', async () => {
    const { id, key } = await client.createKey('secret-keys', { name: 'reader', scopes: ['logs:read'] });
    const reader = createClient({ ...system, secretKey: key });
    expect((await reader.api('GET', '/me')).status).toBe(200);
    await client.revokeKey('secret-keys', id);
    expect((await reader.api('GET', '/me')).status).toBe(401);
  });
});

describe('modes', () => {
  it('I5: test and live keys see only what their own mode wrote', async () => {
    const writer = await client.createKey('public-keys', { name: 'test writer', mode: 'test' });
    const reader = await client.createKey('secret-keys', { name: 'test reader', mode: 'test' });
    const testClient = createClient({ ...system, publicKey: writer.key, secretKey: reader.key });
    await testClient.postLogs({ message: 'test', service: 'modes' });
    await client.postLogs({ message: 'live', service: 'modes' });
    const selection = { filters: [{ field: 'service', op: 'eq', value: 'modes' }] };
    const messages = async (of: Client) => (await of.queryAll(selection)).map((log) => log.message);
    await expect.poll(() => messages(testClient), { timeout: 10_000 }).toEqual(['test']);
    await expect.poll(() => messages(client), { timeout: 10_000 }).toEqual(['live']);
  });
});
