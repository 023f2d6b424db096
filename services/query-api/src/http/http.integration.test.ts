import { once } from 'node:events';
import { connect } from 'node:net';
import { healthSchema, meSchema, versionSchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BODY_BYTES_MAX } from '../limits.ts';
import { startTestApi, type TestApi } from '../test-support.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.close());

describe('request ids', () => {
  it('are the client’s where they have the form, else new; on failures too', async () => {
    const given = await test.call('GET', '/me', { headers: { 'x-request-id': 'checkout-42' } });
    expect(given.headers.get('x-request-id')).toBe('checkout-42');
    for (const path of ['/me', '/nothing', '/docs', '/%']) {
      const answer = await test.call('GET', path, { key: null, headers: { 'x-request-id': 'not allowed!' } });
      expect(answer.headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/);
      if (answer.status >= 400) expect(answer.error().requestId).toBe(answer.headers.get('x-request-id'));
    }
  });
});

describe('paths and methods', () => {
  it.each(['/', '/nothing', '/public-keys/', '/public-keys/a/b', '/%', '/%ff', '/ME', '//me'])(
    '%s is 404',
    async (path) => {
      const answer = await test.call('GET', path);
      expect(answer.error()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    },
  );

  it.each([
    ['PUT', '/me', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/public-keys', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/public-keys/01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['PUT', '/logs/query', 'POST, OPTIONS'],
    ['GET', '/logs/query', 'POST, OPTIONS'],
    ['GET', '/logs/volume?from=-1h', 'POST, OPTIONS'],
  ])('%s %s', async (method, path, allow) => {
    const answer = await test.call(method, path);
    expect(answer.error()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allow.split(', ').sort());
  });

  it('are refused before the body is looked at', async () => {
    expect((await test.call('POST', '/nope', { body: '{' })).status).toBe(404);
    expect((await test.call('PUT', '/me', { body: '{' })).status).toBe(405);
    const zipped = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect((await test.call('PUT', '/me', { body: 'x', headers: zipped })).status).toBe(405);
  });

  it('a method that no route knows is 405 with Allow, or 404', async () => {
    const wrong = await test.call('QUERY', '/me');
    expect(wrong.error()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
    expect(wrong.headers.get('allow')).toContain('GET');
    for (const method of ['QUERY', 'PROPFIND']) {
      expect((await test.call(method, '/nope')).status, method).toBe(404);
      expect((await test.call(method, '/public-keys', { body: '{' })).status, method).toBe(405);
    }
  });

  it('HEAD is as GET, without the body', async () => {
    const [head, get] = [await test.call('HEAD', '/me'), await test.call('GET', '/me')];
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect((await test.call('HEAD', '/me', { key: null })).status).toBe(401);
    const refused = await test.call('HEAD', '/logs/query');
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  it('ids of any form are 404 in a path', async () => {
    for (const id of ['x', '1', '%00', "'", '01936F3E-7A4C-7D31-9B1E-2F5A6C7D8E9F', 'x'.repeat(5_000)])
      expect((await test.call('GET', `/public-keys/${id}`)).status, id.slice(0, 40)).toBe(404);
  });
});

describe('bodies', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    test.call('POST', '/public-keys', { body, headers });

  it('that are no JSON are told where, and nothing of them is repeated', async () => {
    const answer = await post('{"name": "x", secret}');
    expect(answer.error()).toMatchObject({ code: 'INVALID_JSON', status: 400 });
    expect(answer.error().message).toMatch(/at character 14/);
    expect(answer.text).not.toContain('secret}');
  });

  it.each([
    ['', 400, 'INVALID_JSON'],
    ['null', 400, 'VALIDATION_ERROR'],
    ['[]', 400, 'VALIDATION_ERROR'],
    ['"x"', 400, 'VALIDATION_ERROR'],
    ['{', 400, 'INVALID_JSON'],
    ['{"name":1}', 400, 'VALIDATION_ERROR'],
  ])('%j is %d %s', async (body, status, code) => {
    expect((await post(body)).error()).toMatchObject({ code, status });
  });

  it('that are not there, where one is needed, are told to be empty', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }] as Record<string, string>[]) {
      const answer = await test.call('POST', '/public-keys', { headers });
      expect(answer.error()).toMatchObject({ code: 'INVALID_JSON', message: expect.stringContaining('is empty') });
    }
  });

  it('of another type or encoding are 415', async () => {
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ] as Record<string, string>[])
      expect((await post('{"name":"x"}', headers)).error()).toMatchObject({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        status: 415,
      });
  });

  it('are taken up to the limit, and not one byte more', async () => {
    const ofBytes = (bytes: number) => `{"name":"x"}${' '.repeat(bytes - 12)}`;
    expect((await post(ofBytes(BODY_BYTES_MAX))).status).toBe(201);
    const answer = await post(ofBytes(BODY_BYTES_MAX + 1));
    expect(answer.error()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 });
    expect(answer.error().message).toContain(String(BODY_BYTES_MAX));
  });

  it('are not read before the key is known to be good', async () => {
    const answer = await test.call('POST', '/public-keys', { key: null, body: '{' });
    expect(answer.error().code).toBe('MISSING_API_KEY');
  });

  it('are not looked at before the key, and a page can read why they are refused', async () => {
    const headers = { origin: test.api.url, 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await test.call('POST', '/public-keys', { key: null, body: '{}', headers })).status).toBe(401);
    const answer = await test.call('POST', '/public-keys', { body: '{}', headers });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.headers.get('access-control-allow-origin')).toBe(test.api.url);
  });

  it('may begin with a byte order mark', async () => {
    expect((await post('\uFEFF{"name":"x"}')).status).toBe(201);
  });
});

describe('CORS', () => {
  it('answers preflights of web pages; without a key only the dashboard reads more', async () => {
    const preflight = (origin: string) =>
      test.call('OPTIONS', '/logs/query', { key: null, headers: { origin, 'access-control-request-method': 'POST' } });
    const own = await preflight(test.api.url);
    expect(own.status).toBe(204);
    expect(own.headers.get('access-control-allow-origin')).toBe(test.api.url);
    expect(own.headers.get('access-control-allow-headers')).toContain('x-sazabi-secret-key');
    const other = await preflight('https://app.example.com');
    expect(other.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(other.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await preflight('null')).headers.get('access-control-allow-origin')).toBeNull();
    for (const key of [null, test.secretKey]) {
      const refused = await test.call('GET', '/me', { key, headers: { origin: 'https://evil.test' } });
      expect(refused.status).toBe(key === null ? 401 : 403);
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    }
    const failed = await test.call('GET', '/nothing', { headers: { origin: test.api.url } });
    expect(failed.headers.get('access-control-allow-origin')).toBe(test.api.url);
    expect(failed.headers.get('vary')).toContain('Origin');
  });
});

describe('operations', () => {
  it('lives and tells its version, and is not ready without ClickHouse', async () => {
    expect((await test.call('GET', '/healthz', { key: null })).data(healthSchema)).toEqual({ status: 'ok' });
    expect((await test.call('GET', '/version', { key: null })).data(versionSchema).version).toMatch(/^\d+\.\d+\.\d+$/);
    const ready = await test.call('GET', '/readyz', { key: null });
    expect(ready.error()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
    expect(ready.error().message).toContain('ClickHouse');
    expect((await test.call('GET', '/me')).data(meSchema).organization.name).toBe('Default');
    const query = await test.call('POST', '/logs/query', { body: {} });
    expect(query.error()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
    expect(query.headers.get('retry-after')).not.toBeNull();
  });

  it('shows metrics on the internal port, without any tenant in them', async () => {
    await test.call('GET', '/public-keys/01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f');
    await test.call('GET', '/secret-path');
    const text = await (await fetch(`${test.api.internalUrl}/metrics`)).text();
    expect(text).toContain('sazabi_api_requests_total{method="GET",route="/public-keys/:id",status="404"');
    expect(text).not.toContain('secret-path');
    expect(text).not.toContain('01936f3e');
  });

  it('asks for the INTERNAL_TOKEN where one is set', async () => {
    const token = 't'.repeat(32);
    const guarded = await startTestApi({ INTERNAL_TOKEN: token });
    try {
      for (const [method, path] of [
        ['GET', '/metrics'],
        ['POST', '/internal/keys'],
        ['POST', '/internal/organizations'],
      ] as const)
        expect((await fetch(`${guarded.api.internalUrl}${path}`, { method })).status, path).toBe(401);
      const authorized = await fetch(`${guarded.api.internalUrl}/metrics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(authorized.status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

describe('what is not HTTP', () => {
  it.each([
    ['GARBAGE\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n/],
    [`GET /me HTTP/1.1\r\nHost: x\r\nx-big: ${'x'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ])('gets a bare answer (%#)', async (request, expected) => {
    const { hostname, port } = new URL(test.api.url);
    const socket = connect(Number(port), hostname);
    socket.setEncoding('utf8');
    let answer = '';
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.write(request);
    await once(socket, 'close');
    expect(answer).toMatch(expected);
    expect((await test.call('GET', '/healthz')).status).toBe(200);
  });
});
