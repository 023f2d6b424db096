// Section 2 of the contract, rate limits and quotas, CORS.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { answerOf, api, failureOf, newKey, newOrganization, type Organization, send } from './support/organization.ts';
import { DASHBOARD, RATE_LIMIT_CAP } from './support/shared-system.ts';

const log = { message: 'm' };
const EXPOSED = 'x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset';

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

const limitsOf = (headers: Headers) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN));

describe('rate limit', () => {
  it('1000 requests a minute and a burst of the same size by default', async () => {
    const { key } = await newKey(own, 'public-keys');
    const [limit, remaining] = limitsOf((await send(key, log)).headers);
    expect([limit, remaining]).toEqual([1000, 999]);
  });

  it('token bucket per key: the burst, then refused; another key of the project is not concerned', async () => {
    const limit = 5;
    const { key } = await newKey(own, 'public-keys', { rateLimitPerMinute: limit });
    const statuses: number[] = [];
    for (let round = 0; round < limit + 2; round++) statuses.push((await send(key, log)).status);
    expect(statuses).toEqual([...Array.from({ length: limit }, () => 202), 429, 429]);
    expect((await send(own.publicKey, log)).status).toBe(202);
  });

  it('X-RateLimit-Limit, -Remaining, -Reset (unix seconds when the bucket is full again) on every authenticated response', async () => {
    const { key } = await newKey(own, 'public-keys', { rateLimitPerMinute: 60 });
    const reader = await newKey(own, 'secret-keys', { scopes: ['logs:read'], rateLimitPerMinute: 60 });
    for (const [answer, status] of [
      [await send(key, log), 202],
      [await send(key, '{'), 400],
      [await send(key, log, { 'content-type': 'application/xml' }), 415],
      [await api(reader.key, 'GET', '/me'), 200],
      [await api(reader.key, 'GET', '/projects'), 403],
      [await api(reader.key, 'POST', '/logs/query', { limit: 0 }), 400],
      [await api(reader.key, 'GET', '/logs/nothing'), 404],
    ] as const) {
      const [limit, remaining, reset] = limitsOf(answer.headers);
      expect([answer.status, limit]).toEqual([status, 60]);
      expect(remaining).toBeLessThan(60);
      expect(reset).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000));
      expect(reset).toBeLessThanOrEqual(Date.now() / 1000 + 61);
    }
  });

  it('the operator caps what keys may set: RATE_LIMIT_MAX_PER_MINUTE', async () => {
    const settings = { name: 'x', rateLimitPerMinute: RATE_LIMIT_CAP + 1 };
    expect(failureOf(await api(own.secretKey, 'POST', '/secret-keys', settings))).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('a project has a daily quota of bytes and of logs', () => {
  const quota = async (quotas: object) => {
    const { body } = await api(own.secretKey, 'POST', '/projects', { name: 'bounded', quotas });
    expect(body.data.quotas).toMatchObject(quotas);
    return (await newKey(own, 'public-keys', { projectId: body.data.id })).key;
  };

  it('null = none, the default', async () => {
    const { body } = await api(own.secretKey, 'POST', '/projects', { name: 'unbounded' });
    expect(body.data.quotas).toEqual({ bytesPerDay: null, logsPerDay: null });
  });

  it.each([
    ['logs', { logsPerDay: 10 }],
    ['bytes', { bytesPerDay: 1_000 }],
  ])('past it requests are refused, 429: %s', async (_unit, quotas) => {
    const key = await quota(quotas);
    const logs = Array.from({ length: 10 }, () => ({ message: 'x'.repeat(200) }));
    await send(key, logs);
    await expect
      .poll(() => send(key, logs), { timeout: 20_000 })
      .toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMIT_EXCEEDED' } } });
    expect(Number((await send(key, logs)).headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });
});

describe('CORS', () => {
  const origin = 'https://shop.example.net';

  it('at the intake, on every answer, errors too', async () => {
    for (const answer of [
      await send(own.publicKey, log, { origin }),
      await send(null, log, { origin }),
      await send(own.publicKey, '{', { origin }),
      await send(own.publicKey, log, { origin }, '/nowhere'),
    ]) {
      const of = (name: string) => answer.headers.get(name);
      expect(of('access-control-allow-origin')).toBe(origin);
      expect(of('vary')).toBe('Origin');
      expect(of('access-control-allow-credentials')).toBe('true');
      expect(of('access-control-expose-headers')).toBe(EXPOSED);
    }
  });

  it('preflight: 204, methods, headers, max age', async () => {
    const url = `${inject('contractSystem').intakeUrl}/v1/logs`;
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = await answerOf(fetch(url, { method: 'OPTIONS', headers }));
    const of = (name: string) => answer.headers.get(`access-control-${name}`);
    expect([answer.status, of('allow-origin'), of('allow-methods')]).toEqual([204, origin, 'POST, OPTIONS']);
    expect(of('allow-headers')).toBe(
      'x-sazabi-key, authorization, content-type, content-encoding, idempotency-key, x-request-id, traceparent, tracestate',
    );
    expect(of('max-age')).toBe('86400');
  });

  it('the origin is judged per key on the request itself', async () => {
    const { key } = await newKey(own, 'public-keys', { allowedOrigins: ['https://other.example'] });
    const answer = await send(key, log, { origin });
    expect(failureOf(answer)).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('the API allows the dashboard’s origin alone', async () => {
    const from = (page: string) => api(own.secretKey, 'GET', '/me', undefined, { origin: page });
    expect((await from(DASHBOARD)).headers.get('access-control-allow-origin')).toBe(DASHBOARD);
    expect((await from(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
