// Of another organization nothing is seen or changed.
import {
  createdPublicKeySchema,
  createdSecretKeySchema,
  meSchema,
  projectSchema,
  publicKeySchema,
} from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makePublicKey } from './routes/keys/make-keys.testing.ts';
import { startTestApi, type TestApi } from './test-support.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

describe('tenancy', () => {
  it('of another organization nothing can be seen, changed or told from nothing', async () => {
    const founded = await fetch(`${test.api.internalUrl}/internal/organizations`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Another' }),
    });
    expect(founded.status).toBe(201);
    const { data } = z
      .object({
        data: z.object({
          project: projectSchema,
          publicKey: createdPublicKeySchema,
          secretKey: createdSecretKeySchema,
        }),
      })
      .parse(await founded.json());
    const theirs = data.secretKey.key;
    const me = (await test.call('GET', '/me')).data(meSchema);
    const mine = await makePublicKey(test);
    const nothing = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';

    for (const [method, of, body] of [
      ['GET', (id: string) => `/public-keys/${id}`, undefined],
      ['DELETE', (id: string) => `/public-keys/${id}`, undefined],
      ['GET', (id: string) => `/secret-keys/${id}`, undefined],
      ['DELETE', (id: string) => `/secret-keys/${id}`, undefined],
    ] as const) {
      const foreign = of('').startsWith('/public') ? mine.id : me.key.id;
      const [real, none] = [
        await test.call(method, of(foreign), { key: theirs, body }),
        await test.call(method, of(nothing), { key: theirs }),
      ];
      expect(real.status).toBe(404);
      expect(real.error().message).toBe(none.error().message);
    }
    expect(
      (await test.call('GET', '/public-keys', { key: theirs })).data(z.array(publicKeySchema)).map(({ id }) => id),
    ).toEqual([data.publicKey.id]);
    const keyForMine = await test.call('POST', '/public-keys', {
      key: theirs,
      body: { name: 'x', projectId: mine.projectId },
    });
    expect(keyForMine.status).toBe(404);
    expect((await test.call('POST', '/logs/query', { key: theirs, body: { projectId: mine.projectId } })).status).toBe(
      404,
    );
    expect((await test.call('GET', `/projects/${mine.projectId}`, { key: theirs })).status).toBe(404);
  });
});
