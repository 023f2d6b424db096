// Section 4 of the contract: me, projects and their retention, keys, the calls that need no key.
import { beforeAll, describe, expect, it } from 'vitest';
import { api, failureOf, found, newKey, newOrganization, type Organization, send } from './support/organization.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let own: Organization;
beforeAll(async () => {
  own = await newOrganization('Walked through');
});

const call = (method: string, path: string, body?: unknown) => api(own.secretKey, method, path, body);

it('GET /me: the organization, the key’s name, scopes, mode; any key', async () => {
  const { key } = await newKey(own, 'secret-keys', { name: 'Reader', mode: 'test', scopes: ['usage:read'] });
  expect((await api(key, 'GET', '/me')).body.data).toMatchObject({
    organization: { id: own.id, name: 'Walked through' },
    key: { name: 'Reader', scopes: ['usage:read'], mode: 'test' },
  });
});

describe('/projects', () => {
  it('POST, GET, GET {id}: {id, name, retentionDays (default 30), quotas, createdAt}', async () => {
    const made = await call('POST', '/projects', { name: 'Shop' });
    const shown = {
      id: expect.stringMatching(UUID_V7),
      name: 'Shop',
      retentionDays: 30,
      quotas: { bytesPerDay: null, logsPerDay: null },
      createdAt: expect.stringMatching(MILLISECONDS),
    };
    expect([made.status, made.body.data]).toEqual([201, shown]);
    expect((await call('GET', `/projects/${made.body.data.id}`)).body.data).toEqual(made.body.data);
    expect((await call('GET', '/projects')).body.data).toContainEqual(made.body.data);
  });

  it('retentionDays 1–3650', async () => {
    for (const [retentionDays, status] of [
      [1, 201],
      [3650, 201],
      [0, 400],
      [3651, 400],
      [1.5, 400],
    ] as const)
      expect((await call('POST', '/projects', { name: 'x', retentionDays })).status).toBe(status);
  });

  it('PATCH: name, retentionDays, quotas', async () => {
    const { id } = (await call('POST', '/projects', { name: 'Before' })).body.data;
    const change = { name: 'After', retentionDays: 7, quotas: { bytesPerDay: 1_000, logsPerDay: null } };
    expect((await call('PATCH', `/projects/${id}`, change)).body.data).toMatchObject(change);
    expect((await call('GET', `/projects/${id}`)).body.data).toMatchObject(change);
  });

  it('a deleted project: hidden at once, its keys answer API_KEY_REVOKED', async () => {
    const { id } = (await call('POST', '/projects', { name: 'Doomed' })).body.data;
    const { key } = await newKey(own, 'public-keys', { projectId: id });
    await send(key, { message: 'of the doomed' });
    const selection = { search: { query: 'doomed' } };
    const [row] = await found(own.secretKey, selection);
    expect((await call('DELETE', `/projects/${id}`)).status).toBe(204);
    expect(failureOf(await send(key, { message: 'too late' }))).toEqual([401, 'API_KEY_REVOKED']);
    expect((await call('POST', '/logs/query', selection)).body.data).toEqual([]);
    expect((await call('POST', '/logs/volume', selection)).body.data.total).toBe(0);
    for (const path of [`/projects/${id}`, `/logs/${row.id}`])
      expect(failureOf(await call('GET', path))).toEqual([404, 'NOT_FOUND']);
    expect(failureOf(await call('POST', '/logs/query', { projectId: id }))).toEqual([404, 'NOT_FOUND']);
    expect((await call('GET', '/projects?limit=100')).text).not.toContain(id);
  });

  it('a shorter retention keeps what was received within it: it counts from the time received', async () => {
    const { id } = (await call('POST', '/projects', { name: 'Short' })).body.data;
    const { key } = await newKey(own, 'public-keys', { projectId: id });
    await send(key, { message: 'received now', timestamp: '2020-01-01T00:00:00Z' });
    const selection = { projectId: id, from: '2019-01-01T00:00:00Z' };
    await found(own.secretKey, selection);
    await call('PATCH', `/projects/${id}`, { retentionDays: 1 });
    expect((await call('POST', '/logs/query', selection)).body.data).toHaveLength(1);
  });
});

describe.each(['public-keys', 'secret-keys'] as const)('/%s', (type) => {
  it('POST {name, …} → 201 with key once', async () => {
    const made = await call('POST', `/${type}`, { name: 'once' });
    expect([made.status, made.body.data.key]).toEqual([201, expect.stringMatching(/^[ps]k_live_sz_/)]);
    expect((await call('GET', `/${type}/${made.body.data.id}`)).body.data).not.toHaveProperty('key');
  });

  it('GET, GET {id}, PATCH {id}, POST {id}/rotate', async () => {
    const { id } = await newKey(own, type);
    expect((await call('GET', `/${type}?limit=100`)).text).toContain(id);
    expect((await call('GET', `/${type}/${id}`)).body.data.id).toBe(id);
    expect((await call('PATCH', `/${type}/${id}`, { name: 'renamed' })).body.data.name).toBe('renamed');
    expect((await call('POST', `/${type}/${id}/rotate`, {})).status).toBe(201);
  });

  it('DELETE revokes (204), the row stays listed as revoked', async () => {
    const { id } = await newKey(own, type);
    expect((await call('DELETE', `/${type}/${id}`)).status).toBe(204);
    const { data } = (await call('GET', `/${type}?limit=100`)).body;
    expect(data.find((key: { id: string }) => key.id === id).revokedAt).toMatch(MILLISECONDS);
  });
});

it('projectId of a public key: the organization’s first project by default', async () => {
  expect((await call('POST', '/public-keys', { name: 'x' })).body.data.projectId).toBe(own.projectId);
});

describe('scopes', () => {
  it.each([
    ['projects:read', 'GET', '/projects', undefined],
    ['projects:write', 'POST', '/projects', { name: 'x' }],
    ['keys:read', 'GET', '/public-keys', undefined],
    ['keys:write', 'POST', '/public-keys', { name: 'x' }],
    ['keys:read', 'GET', '/secret-keys', undefined],
    ['logs:read', 'POST', '/logs/query', {}],
    ['logs:read', 'POST', '/logs/volume', {}],
    ['logs:read', 'GET', '/logs/fields', undefined],
    ['usage:read', 'GET', '/usage', undefined],
    ['threads:read', 'GET', '/threads', undefined],
    ['threads:write', 'POST', '/threads', { title: 'x' }],
    ['settings:read', 'GET', '/settings', undefined],
    ['settings:write', 'PATCH', '/settings', { name: 'Walked through' }],
    ['admin', 'GET', '/audit-log', undefined],
    ['admin', 'GET', '/dead-letters', undefined],
  ])('%s is what %s %s needs, and enough', async (scope, method, path, body) => {
    const holder = await newKey(own, 'secret-keys', { scopes: [scope] });
    expect((await api(holder.key, method, path, body)).status).toBeLessThan(300);
    const others = ['logs:read', 'usage:read', 'projects:read', 'projects:write', 'keys:read', 'keys:write'];
    const more = ['threads:read', 'threads:write', 'settings:read', 'settings:write'];
    const lacking = await newKey(own, 'secret-keys', { scopes: [...others, ...more].filter((each) => each !== scope) });
    const refused = await api(lacking.key, method, path, body);
    expect(refused.body.error).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS', required_scope: scope });
  });
});

it('lists: limit 1–100 (50), cursor: every one once, ids are UUIDv7', async () => {
  const alone = await newOrganization();
  for (let n = 0; n < 7; n++) await api(alone.secretKey, 'POST', '/projects', { name: `p${n}` });
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await api(alone.secretKey, 'GET', `/projects?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.body.data.length).toBeLessThanOrEqual(3);
    seen.push(...page.body.data.map(({ id }: { id: string }) => id));
    cursor = page.body.nextCursor;
  }
  expect(new Set(seen).size).toBe(8);
  for (const id of seen) expect(id).toMatch(UUID_V7);
  for (const limit of ['0', '101', 'x'])
    expect((await api(alone.secretKey, 'GET', `/projects?limit=${limit}`)).status).toBe(400);
});

describe('without a key', () => {
  it('GET /openapi.json, GET /docs: the page bundles its scripts, with a CSP', async () => {
    const document = await api(null, 'GET', '/openapi.json');
    expect(document.body.openapi).toMatch(/^3\.1/);
    const page = await api(null, 'GET', '/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const [, address] of page.text.matchAll(/(?:src|href)="([^"]+)"/g))
      expect(address).not.toMatch(/^(https?:)?\/\//);
  });

  it.each(['/healthz', '/readyz', '/version'])('GET %s', async (path) => {
    expect((await api(null, 'GET', path)).status).toBe(200);
  });
});
