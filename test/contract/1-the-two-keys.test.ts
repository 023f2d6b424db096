// Section 1 of the contract, the two keys: what each may do, its form, how it is stored and presented.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { generateKey } from '@sazabi/keys';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { api, failureOf, newKey, newOrganization, type Organization, send } from './support/organization.ts';
import { DASHBOARD } from './support/shared-system.ts';

const FOREIGN = 'https://shop.example.net';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

let own: Organization;
beforeAll(async () => {
  own = await newOrganization();
});

describe('public key and secret key', () => {
  it.each([
    ['public-keys', 'live', 'pk_live_'],
    ['public-keys', 'test', 'pk_test_'],
    ['secret-keys', 'live', 'sk_live_'],
    ['secret-keys', 'test', 'sk_test_'],
  ] as const)('prefix: %s of mode %s begin with %s', async (type, mode, prefix) => {
    const { key } = await newKey(own, type, { mode });
    expect(key.startsWith(`${prefix}sz_`)).toBe(true);
  });

  it('scope: a public key writes to one project', async () => {
    const { body } = await api(own.secretKey, 'POST', '/projects', { name: 'Second' });
    const { key } = await newKey(own, 'public-keys', { projectId: body.data.id });
    expect((await send(key, { message: 'to the second' })).status).toBe(202);
    const receipt = (await send(key, { message: 'again' })).body.data.receipt;
    expect((await api(own.secretKey, 'GET', `/receipts/${receipt}`)).body.data.projectId).toBe(body.data.id);
  });

  it('scope: a secret key is of one organization', async () => {
    const { body } = await api(own.secretKey, 'GET', '/me');
    expect(body.data).toMatchObject({ organization: { id: own.id }, key: { scopes: ['admin'], mode: 'live' } });
  });

  it('a public key may write logs and events; read nothing', async () => {
    expect((await send(own.publicKey, { message: 'm' })).status).toBe(202);
    expect((await send(own.publicKey, { name: 'e' }, {}, '/v1/events')).status).toBe(202);
    expect(failureOf(await api(own.publicKey, 'GET', '/me'))).toEqual([403, 'WRONG_KEY_TYPE']);
    expect(failureOf(await api(own.publicKey, 'POST', '/logs/query', {}))).toEqual([403, 'WRONG_KEY_TYPE']);
  });

  it('a secret key may do what its scopes and mode allow, and writes no logs', async () => {
    const { key } = await newKey(own, 'secret-keys', { scopes: ['logs:read'] });
    expect((await api(key, 'POST', '/logs/query', {})).status).toBe(200);
    expect(failureOf(await api(key, 'GET', '/projects'))).toEqual([403, 'INSUFFICIENT_PERMISSIONS']);
    expect(failureOf(await send(key, { message: 'm' }))).toEqual([403, 'WRONG_KEY_TYPE']);
  });

  it('header: x-sazabi-key; also Authorization: Bearer pk_…, and ?key=pk_…', async () => {
    const log = { message: 'm' };
    expect((await send(own.publicKey, log)).status).toBe(202);
    expect((await send(null, log, { authorization: `Bearer ${own.publicKey}` })).status).toBe(202);
    expect((await send(null, log, {}, `/v1/logs?key=${own.publicKey}`)).status).toBe(202);
  });

  it('header: x-sazabi-secret-key; also Authorization: Bearer sk_…; never in a URL', async () => {
    expect((await api(own.secretKey, 'GET', '/me')).status).toBe(200);
    expect((await api(null, 'GET', '/me', undefined, { authorization: `Bearer ${own.secretKey}` })).status).toBe(200);
    expect(failureOf(await api(null, 'GET', `/me?key=${own.secretKey}`))).toEqual([401, 'MISSING_API_KEY']);
  });

  it('a public key is safe in a browser: a page may send with it', async () => {
    const answer = await send(own.publicKey, { message: 'm' }, { origin: FOREIGN });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([202, FOREIGN]);
  });

  it('a secret key with a foreign Origin is refused, 403 FORBIDDEN; with the dashboard’s own it is taken', async () => {
    const from = (origin: string, key = own.secretKey) => api(key, 'GET', '/me', undefined, { origin });
    expect(failureOf(await from(FOREIGN))).toEqual([403, 'FORBIDDEN']);
    expect((await from(DASHBOARD)).status).toBe(200);
    // By API_PUBLIC_URL, not by the Host header, which is here what the Origin says.
    expect(failureOf(await from(inject('contractSystem').apiUrl))).toEqual([403, 'FORBIDDEN']);
  });

  it('unless the key has allowBrowser and that origin in its allowedOrigins', async () => {
    const { key } = await newKey(own, 'secret-keys', { allowBrowser: true, allowedOrigins: [FOREIGN] });
    expect((await api(key, 'GET', '/me', undefined, { origin: FOREIGN })).status).toBe(200);
    const other = await api(key, 'GET', '/me', undefined, { origin: 'https://other.example.net' });
    expect(failureOf(other)).toEqual([403, 'FORBIDDEN']);
    const without = await newKey(own, 'secret-keys', { allowedOrigins: [FOREIGN] });
    expect(failureOf(await api(without.key, 'GET', '/me', undefined, { origin: FOREIGN }))).toEqual([403, 'FORBIDDEN']);
  });
});

describe('form', () => {
  it('30 random base62 characters and 6 base62 digits of CRC-32 of everything before them', async () => {
    for (const type of ['public-keys', 'secret-keys'] as const) {
      const { key } = await newKey(own, type);
      expect(key).toMatch(/^[ps]k_live_sz_[0-9A-Za-z]{36}$/);
      let value = crc32(key.slice(0, -6));
      let digits = '';
      for (let place = 0; place < 6; place++) {
        digits = `${BASE62[value % 62]}${digits}`;
        value = Math.floor(value / 62);
      }
      expect(key.slice(-6)).toBe(digits);
    }
  });

  it('the checksum tells a typo from a key that nobody knows', async () => {
    const swapped = `${own.publicKey.slice(0, -1)}${own.publicKey.endsWith('a') ? 'b' : 'a'}`;
    expect((await send(swapped, { message: 'm' })).body.error).toMatchObject({ reason: 'malformed' });
    const unknown = generateKey('public', 'live');
    expect((await send(unknown, { message: 'm' })).body.error).toMatchObject({ reason: 'unknown' });
  });
});

describe('stored', () => {
  it('SHA-256 of the whole key and a display prefix; the plaintext is nowhere on disk and in no later answer', async () => {
    const made = await api(own.secretKey, 'POST', '/public-keys', { name: 'once' });
    const { id, key, keyPrefix } = made.body.data;
    expect(keyPrefix).toBe(key.slice(0, 'pk_live_sz_'.length + 4));
    for (const path of [`/public-keys/${id}`, '/public-keys?limit=100', '/audit-log'])
      expect((await api(own.secretKey, 'GET', path)).text).not.toContain(key.slice(keyPrefix.length));

    const folder = join(inject('contractSystem').dataDir, 'control');
    const bytes = Buffer.concat(filesOf(folder).map((file) => readFileSync(file)));
    expect(bytes.includes(key)).toBe(false);
    expect(bytes.includes(createHash('sha256').update(key).digest('hex'))).toBe(true);
  });
});

describe('presenting', () => {
  it('own header, then Bearer, then ?key=: the same key in several places is one', async () => {
    const headers = { authorization: `Bearer ${own.publicKey}` };
    const answer = await send(own.publicKey, { message: 'm' }, headers, `/v1/logs?key=${own.publicKey}`);
    expect(answer.status).toBe(202);
  });

  it('spaces around it are trimmed', async () => {
    expect((await send(`  ${own.publicKey}  `, { message: 'm' })).status).toBe(202);
    expect((await send(null, { message: 'm' }, {}, `/v1/logs?key=%20${own.publicKey}%20`)).status).toBe(202);
    expect((await api(` ${own.secretKey} `, 'GET', '/me')).status).toBe(200);
  });

  it('a second, different key: 401 INVALID_API_KEY, reason ambiguous', async () => {
    const { key } = await newKey(own, 'public-keys');
    const answer = await send(own.publicKey, { message: 'm' }, { authorization: `Bearer ${key}` });
    expect(failureOf(answer)).toEqual([401, 'INVALID_API_KEY']);
    expect(answer.body.error.reason).toBe('ambiguous');
  });

  it('a key in Authorization without Bearer: reason scheme, and the message says so', async () => {
    for (const answer of [
      await send(null, { message: 'm' }, { authorization: own.publicKey }),
      await api(null, 'GET', '/me', undefined, { authorization: `Token ${own.secretKey}` }),
    ])
      expect(answer).toMatchObject({
        status: 401,
        body: { error: { code: 'INVALID_API_KEY', reason: 'scheme', message: expect.stringContaining('Bearer') } },
      });
  });

  it('any sk_ at the intake, also in ?key=, is 403 by its prefix, before any look-up', async () => {
    const log = { message: 'm' };
    for (const answer of [
      await send('sk_not_even_a_key', log),
      await send(null, log, { authorization: 'Bearer sk_not_even_a_key' }),
      await send(null, log, {}, '/v1/logs?key=sk_not_even_a_key'),
    ])
      expect(failureOf(answer)).toEqual([403, 'WRONG_KEY_TYPE']);
  });

  it('the query string reaches no error, no log line and no metric', async () => {
    const word = 'query-canary-51c7';
    const answers = [
      await send(null, { message: 'm' }, {}, `/v1/logs?key=${word}`),
      await send(null, { message: 'm' }, {}, `/nowhere?key=${word}`),
      await api(own.secretKey, 'GET', `/me?${word}=1`),
      await api(null, 'GET', `/nowhere?key=${word}`),
    ];
    const { internalPorts, internalToken } = inject('contractSystem');
    const metrics = internalPorts.map(async (port) => {
      const headers = { authorization: `Bearer ${internalToken}` };
      return await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
    });
    // An unknown parameter's name is what its error is about; its value never is.
    for (const text of [...answers.map((answer) => answer.text), ...(await Promise.all(metrics))])
      if (text !== answers[2]?.text) expect(text).not.toContain(word);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
