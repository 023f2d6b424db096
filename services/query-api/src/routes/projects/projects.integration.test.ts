// Projects over real HTTP, PGlite and the real engine: what a change and a deletion do, and to whom.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsQueryAnswerSchema } from '@sazabi/contract';
import {
  createdPublicKeySchema,
  createdSecretKeySchema,
  type ProjectAnswer,
  projectSchema,
  publicKeySchema,
} from '@sazabi/contract/schemas';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';

const DAY_MS = 86_400_000;

let folder: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
let test: TestApi;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'query-api-projects-'));
  engine = await startEmbeddedClickHouse({ dataDir: folder });
  app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  test = await startTestApi({ CLICKHOUSE_URL: engine.appUrl, CLICKHOUSE_READER_URL: engine.readerUrl });
});
afterAll(async () => {
  await test.close();
  await app.close();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function make(body: object): Promise<ProjectAnswer> {
  const answer = await test.call('POST', '/projects', { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(projectSchema);
}

const foundedSchema = z.object({
  data: z.object({ project: z.object({ id: z.string() }), secretKey: z.object({ key: z.string() }) }),
});

async function foundOrganization(name: string) {
  const body = JSON.stringify({ name });
  const response = await fetch(`${test.api.internalUrl}/internal/organizations`, { method: 'POST', body });
  return foundedSchema.parse(await response.json()).data;
}

async function makeSecretKey(body: object): Promise<string> {
  const answer = await test.call('POST', '/secret-keys', { body: { name: 'of tests', ...body } });
  return answer.data(createdSecretKeySchema).key;
}

/** A log that was received so many days ago, and says how many. */
async function insert(projectId: string, ...daysAgo: readonly number[]): Promise<void> {
  const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
  for (const days of daysAgo) {
    const receivedMs = Date.now() - days * DAY_MS;
    const values = {
      project_id: projectId,
      mode: 'live',
      timestamp: text(receivedMs),
      received_at: text(receivedMs),
      expires_on: text(Date.now() + 90 * DAY_MS).slice(0, 10),
      message: String(days),
      batch_id: uuidv7(),
      ordinal: 0,
    };
    await app.insert({ table: 'logs', format: 'JSONEachRow', values: [values] });
  }
}

async function shown(body: object = {}): Promise<string[]> {
  const answer = await test.call('POST', '/logs/query', { body: { from: '-365d', ...body } });
  expect(answer.status, answer.text).toBe(200);
  return logsQueryAnswerSchema.parse(JSON.parse(answer.text)).data.map(({ message }) => message);
}

const change = (id: string, body: unknown, key?: string) =>
  test.call('PATCH', `/projects/${id}`, { body, ...(key === undefined ? {} : { key }) });

describe('PATCH /projects/{id}', () => {
  it('changes what is said and leaves the rest', async () => {
    const project = await make({ name: 'Shop', retentionDays: 40, quotas: { bytesPerDay: 5 } });
    const answer = await change(project.id, { name: 'Shop 2', quotas: { logsPerDay: 7 } });
    const changed = { ...project, name: 'Shop 2', quotas: { bytesPerDay: 5, logsPerDay: 7 } };
    expect(answer.data(projectSchema)).toEqual(changed);
    expect((await test.call('GET', `/projects/${project.id}`)).data(projectSchema)).toEqual(changed);
    expect((await change(project.id, { quotas: { bytesPerDay: null } })).data(projectSchema).quotas).toEqual({
      bytesPerDay: null,
      logsPerDay: 7,
    });
    expect((await change(project.id, {})).status).toBe(200);
  });

  it('a shorter retention hides at once, a longer one brings nothing back', async () => {
    const project = await make({ name: 'Long', retentionDays: 90 });
    const other = await make({ name: 'Other', retentionDays: 90 });
    await insert(project.id, 1, 20, 60);
    await insert(other.id, 80);
    expect(await shown({ projectId: project.id })).toEqual(['1', '20', '60']);
    await change(project.id, { retentionDays: 30 });
    expect(await shown({ projectId: project.id })).toEqual(['1', '20']);
    expect(await shown()).toEqual(['1', '20', '80']);
    await change(project.id, { retentionDays: 365 });
    expect(await shown({ projectId: project.id })).toEqual(['1', '20']);
    expect((await test.call('DELETE', `/projects/${other.id}`)).status).toBe(204);
  });

  it.each([
    ['an unknown field', { retention: 3 }],
    ['a retention of none', { retentionDays: 0 }],
    ['a retention past ten years', { retentionDays: 3651 }],
    ['null for what has no null', { name: null }],
    ['a quota of nothing', { quotas: { logsPerDay: 0 } }],
    ['an unknown quota', { quotas: { rows: 1 } }],
  ])('%s is 400', async (_what, body) => {
    const { id } = await make({ name: 'Checked' });
    expect((await change(id, body)).error()).toMatchObject({ code: 'VALIDATION_ERROR', status: 400 });
  });
});

describe('DELETE /projects/{id}', () => {
  it('hides its logs, revokes its keys and lists them so, and is over: 404 for all that names it', async () => {
    const { id } = await make({ name: 'Gone', retentionDays: 90 });
    const body = { name: 'Its key', projectId: id };
    const key = (await test.call('POST', '/public-keys', { body })).data(createdPublicKeySchema);
    await insert(id, 2);
    expect(await shown({ projectId: id })).toEqual(['2']);
    const answer = await test.call('DELETE', `/projects/${id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await shown()).not.toContain('2');
    const listed = (await test.call('GET', `/public-keys/${key.id}`)).data(publicKeySchema);
    expect(listed).toMatchObject({ projectId: id, revokedAt: expect.any(String) });
    for (const [method, path, wanted] of [
      ['GET', `/projects/${id}`, undefined],
      ['PATCH', `/projects/${id}`, { name: 'Back' }],
      ['DELETE', `/projects/${id}`, undefined],
      ['POST', '/logs/query', { projectId: id }],
      ['POST', '/public-keys', body],
    ] as const) {
      const after = await test.call(method, path, { body: wanted });
      expect(after.error(), `${method} ${path}`).toMatchObject({ code: 'NOT_FOUND', status: 404 });
    }
    const listOf = await test.call('GET', '/projects?limit=100');
    expect(listOf.data(z.array(projectSchema)).map((project) => project.id)).not.toContain(id);
  });
});

it('the last project can be deleted; a public key needs a new one then, and says so', async () => {
  const founded = await foundOrganization('Without');
  const { key } = founded.secretKey;
  expect((await test.call('DELETE', `/projects/${founded.project.id}`, { key })).status).toBe(204);
  const refused = await test.call('POST', '/public-keys', { key, body: { name: 'x' } });
  expect(refused.error()).toMatchObject({ code: 'CONFLICT', status: 409 });
  expect((await test.call('POST', '/logs/query', { key, body: {} })).status).toBe(200);
  const again = (await test.call('POST', '/projects', { key, body: { name: 'Default' } })).data(projectSchema);
  const made = await test.call('POST', '/public-keys', { key, body: { name: 'x' } });
  expect(made.data(createdPublicKeySchema).projectId).toBe(again.id);
});

describe('who may', () => {
  const unknown = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';

  it('not a test key, nor one without the scope, nor another organization', async () => {
    const { id } = await make({ name: 'Ours' });
    const testKey = await makeSecretKey({ mode: 'test', scopes: ['projects:read', 'projects:write'] });
    const reader = await makeSecretKey({ scopes: ['projects:read'] });
    const theirs = (await foundOrganization('Theirs')).secretKey.key;
    for (const [key, code] of [
      [testKey, 'FORBIDDEN'],
      [reader, 'INSUFFICIENT_PERMISSIONS'],
      [theirs, 'NOT_FOUND'],
    ] as const) {
      expect((await change(id, { name: 'Mine' }, key)).error().code).toBe(code);
      expect((await test.call('DELETE', `/projects/${id}`, { key })).error().code).toBe(code);
    }
    expect((await test.call('GET', `/projects/${id}`)).data(projectSchema).name).toBe('Ours');
  });

  it.each([unknown, 'no-uuid', 'a%20b'])('an id that names nothing, %s, is 404', async (id) => {
    expect((await change(id, { name: 'x' })).error().code).toBe('NOT_FOUND');
    expect((await test.call('DELETE', `/projects/${id}`)).error().code).toBe('NOT_FOUND');
  });
});
