import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createdSecretKeySchema, meSchema, secretKeySchema } from '@sazabi/contract/schemas';
import { generateKey } from '@sazabi/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './test-support.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

async function makeSecretKey(body: Record<string, unknown>, key = test.secretKey) {
  const answer = await test.call('POST', '/secret-keys', { key, body: { name: 'made by a test', ...body } });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(createdSecretKeySchema);
}

describe('presenting a secret key', () => {
  it('takes it in its own header and as Bearer, with spaces around it', async () => {
    for (const headers of [
      { 'x-sazabi-secret-key': `  ${test.secretKey} ` },
      { authorization: `Bearer ${test.secretKey}` },
      { authorization: `Bearer ${test.secretKey}`, 'x-sazabi-secret-key': test.secretKey },
    ] as Record<string, string>[]) {
      const answer = await test.call('GET', '/me', { key: null, headers });
      expect(answer.status).toBe(200);
      expect(answer.data(meSchema).key).toMatchObject({ mode: 'live', scopes: ['admin'] });
    }
  });

  it.each([
    ['none', {}, 401, 'MISSING_API_KEY', undefined],
    ['a malformed one', { 'x-sazabi-secret-key': 'sk_live_sz_short' }, 401, 'INVALID_API_KEY', 'malformed'],
    ['an unknown one', { 'x-sazabi-secret-key': generateKey('secret', 'live') }, 401, 'INVALID_API_KEY', 'unknown'],
    ['one without Bearer', { authorization: generateKey('secret', 'live') }, 401, 'INVALID_API_KEY', 'scheme'],
    ['a public one', { 'x-sazabi-secret-key': generateKey('public', 'live') }, 403, 'WRONG_KEY_TYPE', undefined],
    [
      'a public one as Bearer',
      { authorization: `Bearer ${generateKey('public', 'live')}` },
      403,
      'WRONG_KEY_TYPE',
      undefined,
    ],
    [
      'two different ones',
      {
        'x-sazabi-secret-key': generateKey('secret', 'live'),
        authorization: `Bearer ${generateKey('secret', 'live')}`,
      },
      401,
      'INVALID_API_KEY',
      'ambiguous',
    ],
  ])('refuses %s', async (_what, headers, status, code, reason) => {
    const answer = await test.call('GET', '/me', { key: null, headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    expect(answer.error()).toMatchObject({ code, status, ...(reason === undefined ? {} : { reason }) });
  });

  it('sees both of two Authorization headers', async () => {
    const good = `Bearer ${test.secretKey}`;
    const status = async (second: string) => {
      const sent = request(`${test.api.url}/me`, { headers: { Authorization: [good, second] } }).end();
      const [response]: IncomingMessage[] = await once(sent, 'response');
      response?.resume();
      return response?.statusCode;
    };
    expect(await status(good)).toBe(200);
    expect(await status(`Bearer ${generateKey('secret', 'live')}`)).toBe(401);
    expect(await status(`Bearer ${generateKey('public', 'live')}`)).toBe(403);
  });

  it('refuses one in the URL, and repeats nothing of it', async () => {
    const answer = await test.call('GET', `/me?key=${test.secretKey}`, { key: null });
    expect(answer.error()).toMatchObject({ code: 'MISSING_API_KEY', status: 401 });
    expect(answer.text).not.toContain(test.secretKey);
    const beside = await test.call('GET', `/me?${test.secretKey}=1`);
    expect(beside.status).toBe(400);
    expect(beside.text).not.toContain(test.secretKey);
  });

  it('refuses a page of another origin, unless the key says that it may be used there', async () => {
    const headers = { origin: 'https://app.example.com' };
    expect((await test.call('GET', '/me', { headers })).error().code).toBe('FORBIDDEN');
    expect((await test.call('GET', '/me', { headers: { origin: 'null' } })).error().code).toBe('FORBIDDEN');
    expect((await test.call('GET', '/me', { headers: { origin: test.api.url } })).status).toBe(200);
    expect((await test.call('GET', '/me', { headers: { origin: 'http://evil.test', host: 'evil.test' } })).status).toBe(
      403,
    );
    const { key } = await makeSecretKey({ allowBrowser: true, allowedOrigins: ['https://*.example.com'] });
    const allowed = await test.call('GET', '/me', { key, headers });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(headers.origin);
    const failed = await test.call('POST', '/public-keys', { key, headers, body: {} });
    expect(failed.status).toBe(400);
    expect(failed.headers.get('access-control-allow-origin')).toBe(headers.origin);
    const foreign = await test.call('GET', '/me', { key, headers: { origin: 'https://example.org' } });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const listed = await makeSecretKey({ allowedOrigins: ['https://app.example.com'] });
    expect((await test.call('GET', '/me', { key: listed.key, headers })).status).toBe(403);
  });

  it('tells when a key was revoked or expired, by the clock', async () => {
    const revoked = await makeSecretKey({});
    expect((await test.call('DELETE', `/secret-keys/${revoked.id}`)).status).toBe(204);
    const answer = await test.call('GET', '/me', { key: revoked.key });
    expect(answer.status).toBe(401);
    expect(answer.error().code).toBe('API_KEY_REVOKED');
    expect(Date.parse(answer.error().revokedAt ?? '')).toBeLessThanOrEqual(Date.now());

    const expiresAt = new Date(Date.now() + 600).toISOString();
    const expiring = await makeSecretKey({ expiresAt });
    await expect
      .poll(async () => (await test.call('GET', '/me', { key: expiring.key })).status, { timeout: 5_000, interval: 50 })
      .toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
    const expired = await test.call('GET', '/me', { key: expiring.key });
    expect(expired.error()).toMatchObject({ code: 'API_KEY_EXPIRED', expiredAt: expiresAt });
  });
});

describe('a body that is held back', () => {
  /** Sends all but the end of a request that makes an admin key, and waits until its own key was judged. */
  async function holdBack(key: string, limit: number) {
    const body = JSON.stringify({ name: 'made by a test' });
    const headers = { 'x-sazabi-secret-key': key, 'content-type': 'application/json', 'content-length': body.length };
    const held = request(`${test.api.url}/secret-keys`, { method: 'POST', headers });
    const answered = once(held, 'response').then(([response]: IncomingMessage[]) => response);
    held.write(body.slice(0, 5));
    let polls = 0;
    const takenByHeld = async () => {
      polls += 1;
      const me = await test.call('GET', '/me', { key });
      return limit - polls - Number(me.headers.get('x-ratelimit-remaining'));
    };
    await expect.poll(takenByHeld).toBe(1);
    return async () => {
      held.end(body.slice(5));
      const response = await answered;
      response?.resume();
      return response?.statusCode;
    };
  }

  it('comes too late for a key that was revoked, or lost a scope, after its request began', async () => {
    const made = () => makeSecretKey({ rateLimitPerMinute: 20 });
    const [revoked, less, same] = [await made(), await made(), await made()];
    const ends = [await holdBack(revoked.key, 20), await holdBack(less.key, 20), await holdBack(same.key, 20)];
    await test.call('DELETE', `/secret-keys/${revoked.id}`);
    await test.call('PATCH', `/secret-keys/${less.id}`, { body: { scopes: ['keys:read'] } });
    expect(await Promise.all(ends.map((end) => end()))).toEqual([401, 403, 201]);
  });
});

describe('rate limit', () => {
  it('is told on every authenticated answer and ends in 429 with Retry-After', async () => {
    const { key } = await makeSecretKey({ rateLimitPerMinute: 2 });
    const first = await test.call('GET', '/me', { key });
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    const failed = await test.call('GET', '/public-keys/none', { key });
    expect(failed.status).toBe(404);
    expect(failed.headers.get('x-ratelimit-remaining')).toBe('0');
    const limited = await test.call('GET', '/me', { key });
    expect(limited.error()).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', status: 429 });
    expect(limited.error().message).toMatch(/^Too many requests\. Please retry after \d+ seconds\.$/);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(limited.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
  });

  it('is told on 404, 405 and 403 too, where the key is good; where it is not, a path is unknown all the same', async () => {
    const { key, id } = await makeSecretKey({ rateLimitPerMinute: 6, scopes: ['logs:read'] });
    const left = async (method: string, path: string, status: number, headers = {}) => {
      const answer = await test.call(method, path, { key, headers });
      expect(answer.status, path).toBe(status);
      return answer.headers.get('x-ratelimit-remaining');
    };
    expect(await left('GET', '/nothing', 404)).toBe('5');
    expect(await left('PUT', '/me', 405)).toBe('4');
    expect(await left('GET', '/projects', 403)).toBe('3');
    expect(await left('GET', '/me', 403, { origin: 'https://evil.test' })).toBe('2');
    expect(await left('POST', '/logs/query', 415, { 'content-type': 'text/plain' })).toBe('1');
    expect(await left('GET', '/me', 200)).toBe('0');
    const limited = await test.call('GET', '/nothing', { key });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);

    await test.call('DELETE', `/secret-keys/${id}`);
    for (const other of [null, 'sk_live_sz_short', key]) {
      const answer = await test.call('GET', '/nothing', { key: other });
      expect(answer.status).toBe(404);
      expect(answer.headers.get('x-ratelimit-limit')).toBeNull();
    }
  });

  it('refused requests count as a use of the key', async () => {
    const made = await makeSecretKey({ rateLimitPerMinute: 1 });
    const from = { origin: 'https://evil.test', 'user-agent': 'a page' };
    expect((await test.call('GET', '/me', { key: made.key, headers: from })).status).toBe(403);
    const limited = { 'user-agent': 'in a hurry' };
    expect((await test.call('GET', '/me', { key: made.key, headers: limited })).status).toBe(429);
    await expect
      .poll(async () => (await test.call('GET', `/secret-keys/${made.id}`)).data(secretKeySchema).lastUsedFrom, {
        timeout: 30_000,
        interval: 500,
      })
      .toEqual({ address: '127.0.0.1', userAgent: 'in a hurry' });
  });

  it('is 1000 a minute unless told otherwise, and none where told so', async () => {
    expect((await makeSecretKey({})).rateLimitPerMinute).toBe(1000);
    const { key } = await makeSecretKey({ rateLimitPerMinute: null });
    expect((await test.call('GET', '/me', { key })).headers.get('x-ratelimit-limit')).toBeNull();
  });
});
