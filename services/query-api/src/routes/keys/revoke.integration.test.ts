// DELETE /public-keys/{id} and /secret-keys/{id}
import { createdSecretKeySchema, meSchema, publicKeySchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { makePublicKey } from './make-keys.testing.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

describe('DELETE', () => {
  it('stay listed when revoked; revoking again changes nothing', async () => {
    const { id } = await makePublicKey(test);
    expect((await test.call('DELETE', `/public-keys/${id}`)).status).toBe(204);
    const { revokedAt } = (await test.call('GET', `/public-keys/${id}`)).data(publicKeySchema);
    expect(revokedAt).not.toBeNull();
    expect((await test.call('DELETE', `/public-keys/${id}`)).status).toBe(204);
    expect((await test.call('GET', `/public-keys/${id}`)).data(publicKeySchema).revokedAt).toBe(revokedAt);
  });

  it('the last unexpiring live admin key cannot be revoked, by any way round', async () => {
    const own = await startTestApi();
    try {
      const me = (await own.call('GET', '/me')).data(meSchema).key.id;
      const make = async (body: object) =>
        (await own.call('POST', '/secret-keys', { body: { name: 'x', ...body } })).data(createdSecretKeySchema);
      await make({ expiresAt: new Date(Date.now() + 86_400_000).toISOString() });
      await make({ mode: 'test' });
      await make({ scopes: ['keys:write', 'keys:read'] });
      const refused = await own.call('DELETE', `/secret-keys/${me}`);
      expect(refused.error()).toMatchObject({ code: 'CONFLICT', status: 409 });
      const second = await make({});
      // Both at once: one goes, the other stays.
      const both = await Promise.all([
        own.call('DELETE', `/secret-keys/${me}`),
        own.call('DELETE', `/secret-keys/${second.id}`, { key: second.key }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    } finally {
      await own.close();
    }
  });
});
