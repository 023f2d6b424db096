// The calls of /logs over real HTTP, PGlite and the real engine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logAnswerSchema, logFieldsSchema, logsQueryAnswerSchema, logsVolumeAnswerSchema } from '@sazabi/contract';
import { createdPublicKeySchema, createdSecretKeySchema, projectSchema } from '@sazabi/contract/schemas';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';

interface Tenant {
  readonly projectId: string;
  readonly live: string;
  readonly test: string;
}

const foundedSchema = z.object({
  data: z.object({ project: projectSchema, publicKey: createdPublicKeySchema, secretKey: createdSecretKeySchema }),
});

let folder: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
let test: TestApi;
let ours: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'query-api-engine-'));
  engine = await startEmbeddedClickHouse({ dataDir: folder });
  app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  test = await startTestApi({ CLICKHOUSE_URL: engine.appUrl, CLICKHOUSE_READER_URL: engine.readerUrl });
  ours = await foundTenant('Ours');
  theirs = await foundTenant('Theirs');
  await insert(ours.projectId, 'live', ['ours one', 'ours two', 'ours three']);
  await insert(ours.projectId, 'test', ['ours in a test']);
  await insert(theirs.projectId, 'live', ['theirs']);
});
afterAll(async () => {
  await test.close();
  await app.close();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function foundTenant(name: string): Promise<Tenant> {
  const body = JSON.stringify({ name });
  const response = await fetch(`${test.api.internalUrl}/internal/organizations`, { method: 'POST', body });
  const { data } = foundedSchema.parse(await response.json());
  const made = await test.call('POST', '/secret-keys', {
    key: data.secretKey.key,
    body: { name: 'of tests', mode: 'test', scopes: ['logs:read'] },
  });
  return { projectId: data.project.id, live: data.secretKey.key, test: made.data(createdSecretKeySchema).key };
}

async function insert(projectId: string, mode: string, messages: readonly string[]): Promise<void> {
  const now = new Date();
  const expiresOn = new Date(now.getTime() + 30 * 86_400_000).toISOString().slice(0, 10);
  const batchId = uuidv7();
  const text = (time: Date) => time.toISOString().replace('T', ' ').replace('Z', '');
  await app.insert({
    table: 'logs',
    format: 'JSONEachRow',
    values: messages.map((message, ordinal) => ({
      project_id: projectId,
      mode,
      timestamp: text(new Date(now.getTime() - 1_000 + ordinal)),
      received_at: text(now),
      expires_on: expiresOn,
      severity_number: 9,
      level: 'info',
      service: 'shop',
      message,
      attributes: { ordinal: String(ordinal) },
      batch_id: batchId,
      ordinal,
    })),
  });
}

async function query(key: string, body: Record<string, unknown> = {}) {
  const answer = await test.call('POST', '/logs/query', { key, body });
  expect(answer.status, answer.text).toBe(200);
  return logsQueryAnswerSchema.parse(JSON.parse(answer.text));
}

const messages = (page: { data: { message: string }[] }) => page.data.map(({ message }) => message);

describe('I5: what a key sees', () => {
  it('is its organization’s logs, of its mode', async () => {
    expect(messages(await query(ours.live))).toEqual(['ours three', 'ours two', 'ours one']);
    expect(messages(await query(ours.test))).toEqual(['ours in a test']);
    expect(messages(await query(theirs.live))).toEqual(['theirs']);
    expect(messages(await query(theirs.test))).toEqual([]);
    expect(messages(await query(ours.live, { projectId: ours.projectId.toUpperCase() }))).toHaveLength(3);
  });

  it('is nothing of a foreign project: 404, as for one that does not exist', async () => {
    for (const projectId of [theirs.projectId, uuidv7()])
      for (const path of ['/logs/query', '/logs/volume']) {
        const answer = await test.call('POST', path, { key: ours.live, body: { projectId } });
        expect(answer.error()).toMatchObject({ code: 'NOT_FOUND', status: 404, message: 'There is no such project.' });
      }
    const malformed = await test.call('POST', '/logs/query', { key: ours.live, body: { projectId: 'x' } });
    expect(malformed.error()).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path: 'projectId' }] });
  });

  it('is no log of another by its id, nor one of its own in the other mode', async () => {
    const [row] = (await query(ours.live)).data;
    const path = `/logs/${row?.id}`;
    const found = await test.call('GET', path, { key: ours.live });
    expect(logAnswerSchema.parse(JSON.parse(found.text)).data).toEqual(row);
    for (const key of [ours.test, theirs.live])
      expect((await test.call('GET', path, { key })).error().code).toBe('NOT_FOUND');
    expect((await test.call('GET', '/logs/nonsense', { key: ours.live })).error().code).toBe('NOT_FOUND');
  });

  it('is nothing through a cursor that someone else was given', async () => {
    const page = await query(ours.live, { limit: 1 });
    const answer = await test.call('POST', '/logs/query', {
      key: theirs.live,
      body: { limit: 1, cursor: page.nextCursor },
    });
    expect(answer.text).not.toContain('ours');
  });
});

describe('the calls', () => {
  it('page by cursor and filter', async () => {
    const first = await query(ours.live, { limit: 2 });
    const rest = await query(ours.live, { limit: 2, cursor: first.nextCursor });
    expect([...messages(first), ...messages(rest)]).toEqual(['ours three', 'ours two', 'ours one']);
    expect(rest.nextCursor).toBeNull();
    const filters = [{ field: 'attributes.ordinal', op: 'gte', value: 1 }];
    expect(messages(await query(ours.live, { filters, sort: 'asc' }))).toEqual(['ours two', 'ours three']);
    expect(messages(await query(ours.live, { search: { query: 'ONE', mode: 'all' } }))).toEqual(['ours one']);
  });

  it('count by bucket and group', async () => {
    const answer = await test.call('POST', '/logs/volume', {
      key: ours.live,
      body: { interval: '1h', groupBy: 'service' },
    });
    const { data } = logsVolumeAnswerSchema.parse(JSON.parse(answer.text));
    expect(data.total).toBe(3);
    expect(data.series.map(({ group, total }) => [group, total])).toEqual([['shop', 3]]);
  });

  it('tell which fields there are, of the key’s organization, project and mode alone', async () => {
    const fields = async (key: string, query = '') => {
      const answer = await test.call('GET', `/logs/fields${query}`, { key });
      expect(answer.status, answer.text).toBe(200);
      return answer.data(logFieldsSchema);
    };
    const found = await fields(ours.live, `?projectId=${ours.projectId}&from=-1h`);
    expect(found).toMatchObject({
      attributes: [{ key: 'ordinal', count: 3 }],
      services: [{ value: 'shop', count: 3 }],
      levels: [{ value: 'info', count: 3 }],
    });
    expect((await fields(ours.test)).services).toEqual([{ value: 'shop', count: 1 }]);
    expect((await fields(ours.live, '?from=2020-01-01&to=2020-01-02')).attributes).toEqual([]);
    const foreign = await test.call('GET', `/logs/fields?projectId=${theirs.projectId}`, { key: ours.live });
    expect(foreign.error()).toMatchObject({ status: 404, message: 'There is no such project.' });
    for (const query of ['projectId=x', 'from=yesterday', 'unknown=1', 'from=-1h&to=-2h'])
      expect((await test.call('GET', `/logs/fields?${query}`, { key: ours.live })).error().code).toBe(
        'VALIDATION_ERROR',
      );
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ unknown: 1 }, 'unknown'],
    [{ search: { query: 'x', fuzzy: true } }, 'search.fuzzy'],
    [{ filters: [{ field: 'level', op: 'like', value: 'x' }] }, 'filters.0'],
    [{ from: 'yesterday' }, 'from'],
  ])('refuse %j by path', async (body, path) => {
    const answer = await test.call('POST', '/logs/query', { key: ours.live, body });
    expect(answer.error()).toMatchObject({ code: 'VALIDATION_ERROR', status: 400 });
    expect(answer.error().issues?.[0]?.path.startsWith(path), answer.text).toBe(true);
  });

  it('the service is ready with both stores there', async () => {
    expect((await test.call('GET', '/readyz', { key: null })).status).toBe(200);
  });
});
