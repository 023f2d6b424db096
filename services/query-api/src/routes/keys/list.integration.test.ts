// GET /public-keys and /secret-keys
import { projectSchema, publicKeySchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { inMs, makePublicKey, makeSecretKey, NOTHING } from './make-keys.testing.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

describe('lists', () => {
  it('are paged without gap or repeat, newest first', async () => {
    const made = [];
    for (let n = 0; n < 7; n += 1) made.push((await makePublicKey(test, { name: `page ${n}` })).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null && seen.length < 500) {
      const query: string = cursor === '' ? '?limit=3' : `?limit=3&cursor=${cursor}`;
      const { text } = await test.call('GET', `/public-keys${query}`);
      const page: { data: { id: string }[]; nextCursor: string | null } = JSON.parse(text);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 7)).toEqual(made.reverse());
    const all = (await test.call('GET', '/public-keys?limit=100')).data(z.array(publicKeySchema));
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  it.each(['?limit=0', '?limit=101', '?limit=x', '?limit=1&limit=2', '?cursor=abc', '?offset=1'])(
    '%s is refused',
    async (query) => {
      expect((await test.call('GET', `/public-keys${query}`)).error().code).toBe('VALIDATION_ERROR');
    },
  );

  it('are of a mode, a state, a project, an age and a time without use', async () => {
    const names = async (path: string, key = test.secretKey) =>
      (await test.call('GET', path, { key }))
        .data(z.array(z.looseObject({ name: z.string() })))
        .map(({ name }) => name);
    const project = (await test.call('POST', '/projects', { body: { name: 'Filtered' } })).data(projectSchema);
    const { id: projectId } = project;
    const revoked = await makePublicKey(test, { projectId, name: 'revoked' });
    await test.call('DELETE', `/public-keys/${revoked.id}`);
    const expiresAt = inMs(100);
    await makePublicKey(test, { projectId, name: 'expired', expiresAt });
    await makePublicKey(test, { projectId, name: 'test', mode: 'test' });
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(expiresAt));
    const path = `/public-keys?projectId=${projectId}`;
    expect(await names(path)).toEqual(['test', 'expired', 'revoked']);
    expect(await names(`${path}&mode=test`)).toEqual(['test']);
    expect(await names(`${path}&state=active`)).toEqual(['test']);
    expect(await names(`${path}&state=expired`)).toEqual(['expired']);
    expect(await names(`${path}&state=revoked&mode=live`)).toEqual(['revoked']);
    expect(await names(`${path}&createdBefore=${encodeURIComponent(revoked.createdAt)}`)).toEqual([]);
    expect(await names(`${path}&unusedSince=${inMs(60_000)}`)).toHaveLength(3);

    const { key } = await makeSecretKey(test, { mode: 'test', name: 'of tests' });
    expect(await names('/secret-keys?mode=live', key)).toEqual([]);
    expect(await names('/secret-keys?state=active', key)).toEqual(['of tests']);
    expect((await test.call('GET', `/public-keys?projectId=${NOTHING}`)).status).toBe(404);
  });

  it.each([
    '/public-keys?projectId=x',
    '/public-keys?mode=prod',
    '/public-keys?state=old',
    '/public-keys?createdBefore=yesterday',
    '/public-keys?unusedSince=0000-01-01T00:00:00Z',
    '/public-keys?unusedSince=9999-12-31T23:59:59-23:59',
    `/secret-keys?projectId=${NOTHING}`,
  ])('%s is refused', async (path) => {
    expect((await test.call('GET', path)).error().code).toBe('VALIDATION_ERROR');
  });
});
