// Section 2 of the contract, envelope and the table of errors. What needs a part to fail is shown where parts are made to:
// 503 in test/fault and the intake's own tests, 500 and 504 in the API's and the log store's.
import { generateKey } from '@sazabi/keys';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type Answer,
  answerOf,
  api,
  failureOf,
  NOBODYS_ID,
  newKey,
  newOrganization,
  type Organization,
  send,
} from './support/organization.ts';
import { sendRaw } from './support/raw-http.ts';

const log = { message: 'm' };

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

describe('envelope', () => {
  it('success: {"data": …, "error": null}', async () => {
    for (const { body } of [await api(own.secretKey, 'GET', '/me'), await send(own.publicKey, log)])
      expect(body).toEqual({ data: expect.anything(), error: null });
  });

  it.each(['/projects', '/public-keys', '/secret-keys', '/threads', '/audit-log', '/dead-letters'])(
    'lists add nextCursor beside data: %s',
    async (path) => {
      const { body } = await api(own.secretKey, 'GET', path);
      expect(body).toEqual({ data: expect.any(Array), error: null, nextCursor: null });
    },
  );

  it('failure: {"data": null, "error": {code, message, status, requestId, …}}; the message says what to do', async () => {
    for (const answer of [await api(null, 'GET', '/me'), await send(null, log)]) {
      expect(answer.body).toEqual({
        data: null,
        error: {
          code: 'MISSING_API_KEY',
          message: expect.stringContaining('Send a'),
          status: 401,
          requestId: answer.headers.get('x-request-id'),
        },
      });
    }
  });

  it('x-request-id is on every response, the request’s own when it has the form', async () => {
    const asked = async (id: string) => [
      (await api(own.secretKey, 'GET', '/me', undefined, { 'x-request-id': id })).headers.get('x-request-id'),
      (await send(own.publicKey, log, { 'x-request-id': id })).headers.get('x-request-id'),
      (await api(null, 'GET', '/nowhere', undefined, { 'x-request-id': id })).headers.get('x-request-id'),
    ];
    for (const id of ['mine', 'A-z_0.9', 'x'.repeat(128)]) expect(await asked(id)).toEqual([id, id, id]);
    for (const id of ['not mine', 'x'.repeat(129), 'a/b'])
      for (const given of await asked(id)) expect(given).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
    const preflight = await fetch(`${inject('contractSystem').intakeUrl}/v1/logs`, { method: 'OPTIONS' });
    expect(preflight.headers.get('x-request-id')).not.toBeNull();
  });
});

describe('errors', () => {
  it('400 VALIDATION_ERROR: body or query not as documented, unknown fields included, with issues', async () => {
    for (const [answer, path] of [
      [await api(own.secretKey, 'POST', '/projects', { name: '' }), 'name'],
      [
        await api(own.secretKey, 'POST', '/projects', { name: 'x', quotas: { logsPerDay: 'many' } }),
        'quotas.logsPerDay',
      ],
      [await api(own.secretKey, 'POST', '/logs/query', { filters: [{ field: 'x', op: 'eq', value: 1 }] }), 'filters.0'],
      [await api(own.secretKey, 'GET', '/projects?limit=0'), 'limit'],
    ] as const) {
      expect(failureOf(answer)).toEqual([400, 'VALIDATION_ERROR']);
      expect(answer.body.error.issues[0].path).toContain(path);
      expect(answer.body.error.issues[0].message).not.toBe('');
    }
    const unknown = await api(own.secretKey, 'POST', '/projects', { name: 'x', colour: 'red' });
    expect(failureOf(unknown)).toEqual([400, 'VALIDATION_ERROR']);
    expect(JSON.stringify(unknown.body.error.issues)).toContain('colour');
    expect(failureOf(await api(own.secretKey, 'GET', '/projects?colour=red'))).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('400 INVALID_JSON: says where, when known', async () => {
    for (const answer of [
      await send(own.publicKey, '{"message": }'),
      await api(own.secretKey, 'POST', '/projects', '{'),
    ])
      expect(failureOf(answer)).toEqual([400, 'INVALID_JSON']);
    expect((await send(own.publicKey, '{"message": }')).body.error.message).toMatch(/13|12/);
  });

  it('401 MISSING_API_KEY: no key', async () => {
    expect(failureOf(await send(null, log))).toEqual([401, 'MISSING_API_KEY']);
    expect(failureOf(await api(null, 'GET', '/me'))).toEqual([401, 'MISSING_API_KEY']);
  });

  it.each([
    ['malformed', (): string => 'pk_live_short'],
    ['malformed', (): string => `${own.publicKey}x`],
    ['unknown', (): string => generateKey('public', 'live')],
    ['ambiguous', (): string => `${own.publicKey}, ${generateKey('public', 'live')}`],
  ] as const)('401 INVALID_API_KEY, reason %s', async (reason, key) => {
    const answer = await send(key(), log);
    expect(failureOf(answer)).toEqual([401, 'INVALID_API_KEY']);
    expect(answer.body.error.reason).toBe(reason);
  });

  it('401 INVALID_API_KEY, reason scheme', async () => {
    const answer = await send(null, log, { authorization: `Basic ${own.publicKey}` });
    expect(answer.body.error).toMatchObject({ code: 'INVALID_API_KEY', reason: 'scheme' });
  });

  it('401 API_KEY_REVOKED with revokedAt, API_KEY_EXPIRED with expiredAt', async () => {
    const revoked = await newKey(own, 'public-keys');
    await own.client.revokeKey('public-keys', revoked.id);
    const answer = await send(revoked.key, log);
    expect(failureOf(answer)).toEqual([401, 'API_KEY_REVOKED']);
    expect(Date.parse(answer.body.error.revokedAt)).toBeGreaterThan(Date.now() - 60_000);
    const expiring = await newKey(own, 'public-keys', { expiresAt: new Date(Date.now() + 500).toISOString() });
    await expect
      .poll(async () => (await send(expiring.key, log)).body.error, { timeout: 10_000 })
      .toMatchObject({ code: 'API_KEY_EXPIRED', expiredAt: expect.stringMatching(/Z$/) });
  });

  it('403 WRONG_KEY_TYPE: a secret key at the intake, or a public key at the API', async () => {
    expect(failureOf(await send(own.secretKey, log))).toEqual([403, 'WRONG_KEY_TYPE']);
    expect(failureOf(await api(own.publicKey, 'GET', '/me'))).toEqual([403, 'WRONG_KEY_TYPE']);
  });

  it('403 INSUFFICIENT_PERMISSIONS with required_scope', async () => {
    const { key } = await newKey(own, 'secret-keys', { scopes: ['logs:read'] });
    const answer = await api(key, 'GET', '/projects');
    expect(answer.body.error).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS', required_scope: 'projects:read' });
  });

  it('403 ORIGIN_NOT_ALLOWED, FORBIDDEN', async () => {
    const { key } = await newKey(own, 'public-keys', { allowedOrigins: ['https://a.example'] });
    const origin = 'https://b.example';
    expect(failureOf(await send(key, log, { origin }))).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    expect(failureOf(await api(own.secretKey, 'GET', '/me', undefined, { origin }))).toEqual([403, 'FORBIDDEN']);
  });

  it('404 NOT_FOUND: unknown path', async () => {
    expect(failureOf(await api(own.secretKey, 'GET', '/nowhere'))).toEqual([404, 'NOT_FOUND']);
    expect(failureOf(await send(own.publicKey, log, {}, '/v2/logs'))).toEqual([404, 'NOT_FOUND']);
  });

  it.each(['/projects/', '/public-keys/', '/secret-keys/', '/threads/', '/logs/', '/receipts/'])(
    '404 NOT_FOUND: a path id that names nothing of yours, whatever its form: GET %s…',
    async (path) => {
      for (const id of [NOBODYS_ID, 'x', '%00', '..%2f', `${NOBODYS_ID}0`, own.id])
        expect([id, ...failureOf(await api(own.secretKey, 'GET', `${path}${id}`))]).toEqual([id, 404, 'NOT_FOUND']);
    },
  );

  it('404 NOT_FOUND: existence is never leaked: another’s id answers as one that never was', async () => {
    const other = await newOrganization();
    const textOf = ({ text, body }: Answer) => text.replace(body.error.requestId, '');
    for (const path of ['/projects/', '/public-keys/', '/secret-keys/']) {
      const foreign =
        path === '/projects/' ? other.projectId : path === '/public-keys/' ? other.publicKeyId : other.secretKeyId;
      const [theirs, nobodys] = [
        await api(own.secretKey, 'GET', `${path}${foreign}`),
        await api(own.secretKey, 'GET', `${path}${NOBODYS_ID}`),
      ];
      expect(textOf(theirs)).toBe(textOf(nobodys));
    }
  });

  it('in a body or query: not a UUID of any version is 400, a UUID of nothing of yours is 404', async () => {
    expect((await api(own.secretKey, 'POST', '/logs/query', { projectId: 'x' })).status).toBe(400);
    expect((await api(own.secretKey, 'POST', '/logs/query', { projectId: NOBODYS_ID })).status).toBe(404);
    expect((await api(own.secretKey, 'POST', '/public-keys', { name: 'x', projectId: 'x' })).status).toBe(400);
    expect((await api(own.secretKey, 'POST', '/public-keys', { name: 'x', projectId: NOBODYS_ID })).status).toBe(404);
    expect((await api(own.secretKey, 'GET', '/usage?projectId=x')).status).toBe(400);
    expect((await api(own.secretKey, 'GET', `/usage?projectId=${NOBODYS_ID}`)).status).toBe(404);
  });

  it('405 METHOD_NOT_ALLOWED with Allow', async () => {
    const atApi = await api(own.secretKey, 'DELETE', '/projects');
    expect(failureOf(atApi)).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(atApi.headers.get('allow')).toContain('GET');
    const atIntake = await answerOf(fetch(`${inject('contractSystem').intakeUrl}/v1/logs`));
    expect([...failureOf(atIntake), atIntake.headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
      'POST, OPTIONS',
    ]);
  });

  it('409 CONFLICT', async () => {
    const { id } = await newKey(own, 'public-keys');
    await own.client.revokeKey('public-keys', id);
    expect(failureOf(await api(own.secretKey, 'POST', `/public-keys/${id}/rotate`, {}))).toEqual([409, 'CONFLICT']);
  });

  it('413 PAYLOAD_TOO_LARGE: says the limit', async () => {
    const large = await send(own.publicKey, 'x'.repeat(5 * 1024 * 1024 + 1));
    expect(failureOf(large)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(large.body.error.message).toContain('5242880');
    const atApi = await api(own.secretKey, 'POST', '/projects', `"${'x'.repeat(1_048_577)}"`);
    expect(failureOf(atApi)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(atApi.body.error.message).toContain('1048576');
  });

  it('415 UNSUPPORTED_MEDIA_TYPE: content type or content encoding (one encoding at most)', async () => {
    for (const answer of [
      await send(own.publicKey, '<log/>', { 'content-type': 'application/xml' }),
      await send(own.publicKey, log, { 'content-encoding': 'lzma' }),
      await send(own.publicKey, log, { 'content-encoding': 'gzip, gzip' }),
      await api(own.secretKey, 'POST', '/projects', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
    ])
      expect(failureOf(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('429 RATE_LIMIT_EXCEEDED: its message; Retry-After ≥ 1', async () => {
    const { key } = await newKey(own, 'public-keys', { rateLimitPerMinute: 1 });
    await send(key, log);
    const answer = await send(key, log);
    expect(failureOf(answer)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(answer.body.error.message).toContain(`Too many requests. Please retry after ${seconds} seconds.`);
  });

  it('what is not well-formed HTTP/1.1 gets a bare 400, 431 or 505', async () => {
    const { intakeUrl, apiUrl } = inject('contractSystem');
    for (const url of [intakeUrl, apiUrl]) {
      expect((await sendRaw(url, 'GET / HTTP/1.1\r\nno colon\r\n\r\n')).status).toBe(400);
      expect((await sendRaw(url, `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`)).status).toBe(431);
    }
    expect([400, 505]).toContain((await sendRaw(intakeUrl, 'GET / HTTP/3.0\r\nhost: x\r\n\r\n')).status);
  });

  it('HEAD is as GET', async () => {
    const { intakeUrl, apiUrl } = inject('contractSystem');
    const headers = { 'x-sazabi-secret-key': own.secretKey };
    for (const [url, status] of [
      [`${apiUrl}/me`, 200],
      [`${apiUrl}/projects/${NOBODYS_ID}`, 404],
      [`${intakeUrl}/healthz`, 200],
    ] as const) {
      const answer = await answerOf(fetch(url, { method: 'HEAD', headers }));
      expect([answer.status, answer.text]).toEqual([status, '']);
    }
  });

  it('a key sent wrongly is told how to send it', async () => {
    const swapped = await api(null, 'GET', '/me', undefined, { 'x-sazabi-key': own.publicKey });
    expect(swapped.body.error.message).toContain('x-sazabi-secret-key');
    const quoted = await send(`"${own.publicKey}"`, log);
    expect(quoted.body.error.message).toContain('quotes');
    const inUrl = await api(null, 'GET', `/me?key=${own.secretKey}`);
    expect(inUrl.body.error.message).toContain('x-sazabi-secret-key');
  });
});
