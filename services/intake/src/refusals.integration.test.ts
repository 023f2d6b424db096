// Every refusal that the contract's table gives the intake, and the headers of every answer.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from '@sazabi/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { run } from './run.ts';
import { type KnownKey, startTestIntake, type TestIntake } from './testing/start-intake.ts';

let intake: TestIntake;
let known: KnownKey;

beforeAll(async () => {
  intake = await startTestIntake({ config: { rateLimitMaxPerMinute: 100_000 } });
  known = intake.addKey();
});
afterAll(() => intake.stop());

const LOG = '{"message":"x"}';

async function call(
  init: { method?: string; path?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
) {
  const { method = 'POST', path = '/v1/logs', headers = {}, body = LOG } = init;
  const response = await fetch(intake.url + path, {
    method,
    headers,
    ...(method === 'POST' ? { body: Buffer.from(body) } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    error: text === '' ? null : (JSON.parse(text) as { error: Record<string, unknown> | null }).error,
  };
}

const withKey = (key: string, more: Record<string, string> = {}) => ({ 'x-sazabi-key': key, ...more });

describe('keys', () => {
  it.each([
    ['none', {}, '', 'MISSING_API_KEY', undefined],
    ['a malformed one', { 'x-sazabi-key': 'pk_live_sz_short' }, '', 'INVALID_API_KEY', 'malformed'],
    ['an unknown one', { 'x-sazabi-key': generateKey('public', 'live') }, '', 'INVALID_API_KEY', 'unknown'],
    ['one without Bearer', { authorization: generateKey('public', 'live') }, '', 'INVALID_API_KEY', 'scheme'],
    ['a secret one', { 'x-sazabi-key': 'sk_live_anything' }, '', 'WRONG_KEY_TYPE', undefined],
    [
      'a secret one in its own header',
      { 'x-sazabi-secret-key': generateKey('secret', 'live') },
      '',
      'WRONG_KEY_TYPE',
      undefined,
    ],
    [
      'a secret one as Bearer',
      { authorization: `Bearer ${generateKey('secret', 'live')}` },
      '',
      'WRONG_KEY_TYPE',
      undefined,
    ],
    ['a secret one in the query', {}, '?key=sk_live_anything', 'WRONG_KEY_TYPE', undefined],
  ])('%s', async (_name, headers, query, code, reason) => {
    const { status, error } = await call({ headers, path: `/v1/logs${query}` });
    expect(status).toBe(code === 'WRONG_KEY_TYPE' ? 403 : 401);
    expect(error).toMatchObject({ code, status, ...(reason === undefined ? {} : { reason }) });
  });

  it('two different ones: ambiguous, wherever they stand; the same one twice is one', async () => {
    const other = intake.addKey().key;
    for (const [headers, query] of [
      [{ 'x-sazabi-key': known.key, authorization: `Bearer ${other}` }, ''],
      [{ 'x-sazabi-key': known.key }, `?key=${other}`],
      [{}, `?key=${other}&key=${known.key}`],
      [{ 'x-sazabi-key': `${known.key}, ${other}` }, ''],
    ] as const) {
      const { error } = await call({ headers, path: `/v1/logs${query}` });
      expect(error).toMatchObject({ code: 'INVALID_API_KEY', reason: 'ambiguous' });
    }
    const twice = { 'x-sazabi-key': known.key, authorization: `Bearer ${known.key}` };
    expect((await call({ headers: twice, path: `/v1/logs?key=${known.key}` })).status).toBe(202);
  });

  it('revoked and expired say since when', async () => {
    const atMs = Date.now() - 1000;
    const at = new Date(atMs).toISOString();
    const revoked = await call({ headers: withKey(intake.addKey({ revokedAtMs: atMs }).key) });
    expect(revoked).toMatchObject({ status: 401, error: { code: 'API_KEY_REVOKED', revokedAt: at } });
    const expired = await call({ headers: withKey(intake.addKey({ expiresAtMs: atMs }).key) });
    expect(expired).toMatchObject({ status: 401, error: { code: 'API_KEY_EXPIRED', expiredAt: at } });
  });

  it('a revocation counts from the next request on', async () => {
    const { key, entry } = intake.addKey();
    expect((await call({ headers: withKey(key) })).status).toBe(202);
    intake.putKey({ ...entry, revokedAtMs: Date.now() });
    expect((await call({ headers: withKey(key) })).error).toMatchObject({ code: 'API_KEY_REVOKED' });
  });

  it('origins: any without a list; with one, only those in it, and never none', async () => {
    const { key } = intake.addKey({ allowedOrigins: ['https://*.example.com'] });
    expect((await call({ headers: withKey(key, { origin: 'https://a.example.com' }) })).status).toBe(202);
    for (const headers of [withKey(key), withKey(key, { origin: 'https://example.org' })]) {
      expect(await call({ headers })).toMatchObject({ status: 403, error: { code: 'ORIGIN_NOT_ALLOWED' } });
    }
  });
});

describe('rate limits', () => {
  it('tell the limit on every authenticated answer, and 429 past it', async () => {
    const headers = withKey(intake.addKey({ rateLimitPerMinute: 2 }).key);
    const first = await call({ headers });
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    expect(Number(first.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 - 5);
    const bad = await call({ headers, body: '{' });
    expect(bad).toMatchObject({ status: 400 });
    expect(bad.headers.get('x-ratelimit-remaining')).toBe('0');
    const limited = await call({ headers });
    const seconds = limited.headers.get('retry-after');
    expect(limited).toMatchObject({ status: 429, error: { code: 'RATE_LIMIT_EXCEEDED' } });
    expect(Number(seconds)).toBeGreaterThanOrEqual(1);
    expect(limited.error?.message).toBe(`Too many requests. Please retry after ${seconds} seconds.`);
  });

  it('are told on 404, 405 and to foreign pages too, which take nothing of them', async () => {
    const { key } = intake.addKey({ rateLimitPerMinute: 1, allowedOrigins: ['https://a.test'] });
    for (const [init, status] of [
      [{ path: '/v1/other' }, 404],
      [{ method: 'GET' }, 405],
      [{ headers: { origin: 'https://b.test' } }, 403],
    ] as const) {
      const answer = await call({ ...init, headers: withKey(key, 'headers' in init ? init.headers : {}) });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('1');
    }
    const headers = withKey(key, { origin: 'https://a.test' });
    expect((await call({ headers })).headers.get('x-ratelimit-remaining')).toBe('0');
    expect((await call({ headers })).status).toBe(429);
    const unknown = await call({ path: '/v1/other', headers: withKey(`${key}x`) });
    expect([unknown.status, unknown.headers.get('x-ratelimit-limit')]).toEqual([404, null]);
  });

  it('the operator caps a key without a limit', async () => {
    expect((await call({ headers: withKey(known.key) })).headers.get('x-ratelimit-limit')).toBe('100000');
  });
});

describe('what is not taken', () => {
  it.each([
    ['an unknown path', { path: '/v1/other' }, 404, 'NOT_FOUND'],
    ['a path that only looks like one', { path: '/v1/logs/' }, 404, 'NOT_FOUND'],
    ['another method', { method: 'GET' }, 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    ['POST to a reading path', { path: '/healthz' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['OTLP protobuf', { headers: { 'content-type': 'application/x-protobuf' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['OTLP JSON', { body: '{"resourceLogs":[]}' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another charset', { headers: { 'content-type': 'text/plain; charset=utf-16' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an unknown encoding', { headers: { 'content-encoding': 'compress' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['two encodings', { headers: { 'content-encoding': 'gzip, br' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['what is no gzip', { headers: { 'content-encoding': 'gzip' } }, 400, 'VALIDATION_ERROR'],
    ['what is no JSON', { body: '{"message":' }, 400, 'INVALID_JSON'],
    ['nothing', { body: '' }, 400, 'INVALID_JSON'],
  ])('%s', async (_name, init: Parameters<typeof call>[0], status, code) => {
    const answer = await call({ ...init, headers: withKey(known.key, init?.headers) });
    expect(answer).toMatchObject({ status, error: { code, status } });
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^(POST, OPTIONS|GET, HEAD, OPTIONS)$/);
  });

  it('bad JSON says where, and never quotes the body', async () => {
    const { error } = await call({ headers: withKey(known.key), body: '{"message": "confidential",\n "a" 1}' });
    expect(error?.message).toContain('line 2, column 6');
    expect(JSON.stringify(error)).not.toContain('confidential');
  });
});

describe('headers of every answer', () => {
  const origin = 'https://app.example';
  it.each([
    ['a 202', {}, 202],
    ['a 401', { 'x-sazabi-key': 'nonsense' }, 401],
  ])('%s can be read by the page that asked', async (_name, headers, status) => {
    const answer = await call({ headers: { ...withKey(known.key), origin, ...headers } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toBe('Origin');
    expect(answer.headers.get('access-control-expose-headers')).toBe(
      'x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset',
    );
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  it('a preflight is answered for anyone, without a key', async () => {
    const response = await fetch(`${intake.url}/v1/logs`, { method: 'OPTIONS', headers: { origin } });
    expect(response.status).toBe(204);
    expect(response.headers.get('content-length')).toBeNull();
    expect(response.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'x-sazabi-key, authorization, content-type, content-encoding, idempotency-key, x-request-id, traceparent, tracestate',
    );
    expect(response.headers.get('access-control-max-age')).toBe('86400');
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('HEAD is as GET without the body', async () => {
    const get = await call({ method: 'GET', path: '/version' });
    const head = await call({ method: 'HEAD', path: '/version' });
    expect(get.status).toBe(200);
    expect(JSON.parse(get.text)).toEqual({
      data: { name: 'sazabi-intake', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      error: null,
    });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  });
});

describe('nothing secret in what the operator sees', () => {
  it('no password of a bus that cannot be opened', async () => {
    const config = {
      ...parseConfig({ INTAKE_PORT: '0', INTAKE_INTERNAL_PORT: '0' }),
      bus: { url: 'none://u:hidden@h', kafka: undefined },
    };
    const problem = await run(config).catch(String);
    expect(problem).toMatch(/The bus cannot be opened: .* Set BUS_URL/);
    expect(problem).not.toContain('hidden');
  });

  it('no key, query or body in logs and metrics', async () => {
    const secret = randomUUID();
    await call({ headers: withKey(known.key), body: `{"message":"${secret}"}` });
    await call({ path: `/v1/logs?key=${known.key}&token=${secret}`, body: `{"${secret}` });
    const metrics = await (await fetch(`${intake.internalUrl}/metrics`)).text();
    const seen = metrics + intake.logLines.join('');
    for (const text of [secret, known.key, known.entry.projectId, known.entry.keyId]) expect(seen).not.toContain(text);
    expect(metrics).toMatch(/sazabi_intake_requests_total\{status="202",service="intake"\} [1-9]/);
    expect(metrics).toMatch(/sazabi_intake_rejected_logs_total/);
    expect(metrics).toMatch(/sazabi_intake_bodies_bytes\{service="intake"\} 0/);
    expect(metrics).toMatch(/sazabi_intake_waiting_bytes\{service="intake"\} 0/);
  });
});

describe('readiness', () => {
  it('ready with keys and a bus; alive always', async () => {
    expect(await call({ method: 'GET', path: '/readyz' })).toMatchObject({ status: 200 });
    expect(await call({ method: 'GET', path: '/healthz' })).toMatchObject({ status: 200 });
  });

  it('without any snapshot: not ready, and writes are refused as not accepted', async () => {
    const empty = await startTestIntake({ withoutSnapshot: true });
    try {
      expect((await fetch(`${empty.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${empty.url}/readyz`)).status).toBe(503);
      const headers = { 'x-sazabi-key': known.key };
      const response = await fetch(`${empty.url}/v1/logs`, { method: 'POST', headers, body: LOG });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(await response.json()).toMatchObject({ error: { code: 'SERVICE_UNAVAILABLE', accepted: false } });
    } finally {
      await empty.stop();
    }
  });

  it.each([
    [{}, true, 1],
    [{}, false, 0],
    [{ BUS_URL: 'lmdb:shared' }, true, 0],
  ])('with %j, alone: %s, the log warns of a bus that is a folder: %i', async (environment, isAlone, lines) => {
    const shared = mkdtempSync(join(tmpdir(), 'sazabi-bus-'));
    const given = 'BUS_URL' in environment ? { BUS_URL: `lmdb:${shared}` } : {};
    const one = await startTestIntake({ environment: given, isAlone });
    try {
      const warned = one.logLines.filter((line) => line.includes('"bus_is_a_folder"'));
      expect(warned).toHaveLength(lines);
      for (const line of warned) expect(line).toContain(`logs go to the bus in ${one.dataDir}/bus`);
    } finally {
      await one.stop();
      rmSync(shared, { recursive: true });
    }
  });

  it('the log says that it listens and why it is not ready, and that it is ready only then', async () => {
    const empty = await startTestIntake({ withoutSnapshot: true });
    const told = () => empty.logLines.map((line) => JSON.parse(line)).filter(({ event }) => /^intake_/.test(event));
    try {
      expect(told()).toMatchObject([
        { event: 'intake_listening', url: empty.url, msg: expect.stringContaining('No keys are known yet') },
      ]);
      empty.snapshot.replace({ epoch: 'e', seq: 1, receiptSecret: Buffer.alloc(32), entries: [] });
      await expect.poll(() => told().map(({ event }) => event)).toEqual(['intake_listening', 'intake_ready']);
    } finally {
      await empty.stop();
    }
  });
});
