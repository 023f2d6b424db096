// GET /usage over real HTTP, PGlite and the real engine: both halves of a row, pages, ranges, tenants.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createdPublicKeySchema,
  createdSecretKeySchema,
  pageSchema,
  projectSchema,
  type UsageAnswer,
  usageSchema,
} from '@sazabi/contract/schemas';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createKeySnapshot, createKeyUsage, type KeyFeedClient, startKeyFeedClient } from '@sazabi/keys';
import { createLogger } from '@sazabi/lifecycle';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';

const DAY_MS = 86_400_000;
/** Noon of the day before, so that no midnight comes between. */
const YESTERDAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
const YESTERDAY = new Date(YESTERDAY_MS).toISOString().slice(0, 10);
const FROM = { address: '::1', userAgent: 'test' };

let folder: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
let test: TestApi;
let client: KeyFeedClient;
const usage = createKeyUsage();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usage-'));
  engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'engine') });
  app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  test = await startTestApi({ CLICKHOUSE_URL: engine.appUrl, CLICKHOUSE_READER_URL: engine.readerUrl });
  client = await startKeyFeedClient({
    urls: [test.api.internalUrl],
    token: undefined,
    snapshot: createKeySnapshot(),
    snapshotPath: join(folder, 'keys'),
    usage,
    logger: createLogger('test', 'silent'),
    reportIntervalMs: 50,
  });
});
afterAll(async () => {
  await client.close();
  await test.close();
  await app.close();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Key {
  readonly id: string;
  readonly projectId: string;
}

async function makeProject(): Promise<string> {
  return (await test.call('POST', '/projects', { body: { name: 'of usage' } })).data(projectSchema).id;
}

async function makeKey(projectId: string, mode = 'live'): Promise<Key> {
  const made = await test.call('POST', '/public-keys', { body: { name: 'of usage', projectId, mode } });
  return made.data(createdPublicKeySchema);
}

/** Logs of 10 bytes each. */
async function store(key: Key, logs: number, atMs: number, mode = 'live'): Promise<void> {
  const text = new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');
  const expires_on = new Date(atMs + 30 * DAY_MS).toISOString().slice(0, 10);
  const [batch_id, project_id, key_id] = [uuidv7(), key.projectId, key.id];
  await app.insert({
    table: 'logs',
    format: 'JSONEachRow',
    values: Array.from({ length: logs }, (_, ordinal) => {
      return { project_id, mode, key_id, timestamp: text, received_at: text, expires_on, bytes: 10, batch_id, ordinal };
    }),
  });
}

async function read(query: string, key = test.secretKey) {
  const answer = await test.call('GET', `/usage?${query}`, { key });
  expect(answer.status, answer.text).toBe(200);
  return pageSchema(usageSchema).parse(JSON.parse(answer.text));
}

const emptyOf = ({ id, projectId }: Key, day: string): UsageAnswer => ({
  day,
  projectId,
  keyId: id,
  accepted: { logs: 0, bytes: 0 },
  rejected: {},
  refused: {},
  limited: 0,
  requests: 0,
});

describe('usage', () => {
  it('joins what is stored with what intakes reported, of each day apart', async () => {
    const projectId = await makeProject();
    const key = await makeKey(projectId);
    const onlyRefused = await makeKey(projectId);
    await store(key, 3, YESTERDAY_MS);
    await store(key, 2, YESTERDAY_MS - DAY_MS);
    for (let request = 0; request < 4; request += 1) usage.request(key.id, FROM, YESTERDAY_MS);
    usage.limited(key.id);
    usage.rejected(key.id, 'VALIDATION_ERROR', 2);
    usage.refused(key.id, 'INVALID_JSON');
    usage.request(onlyRefused.id, null, YESTERDAY_MS);
    usage.refused(onlyRefused.id, 'API_KEY_EXPIRED');
    const expected = [
      { ...emptyOf(onlyRefused, YESTERDAY), refused: { API_KEY_EXPIRED: 1 }, requests: 1 },
      {
        ...emptyOf(key, YESTERDAY),
        accepted: { logs: 3, bytes: 30 },
        rejected: { VALIDATION_ERROR: 2 },
        refused: { INVALID_JSON: 1 },
        limited: 1,
        requests: 4,
      },
      {
        ...emptyOf(key, new Date(YESTERDAY_MS - DAY_MS).toISOString().slice(0, 10)),
        accepted: { logs: 2, bytes: 20 },
      },
    ];
    await expect.poll(async () => (await read(`projectId=${projectId}`)).data, { timeout: 10_000 }).toEqual(expected);
    expect(
      await read(`projectId=${projectId.toUpperCase()}&from=${YESTERDAY}&to=${YESTERDAY}T23:59:59Z`),
    ).toMatchObject({
      data: expected.slice(0, 2),
    });
    const shown = await test.call('GET', `/public-keys/${onlyRefused.id}`);
    expect(shown.data(z.looseObject({ lastUsedAt: z.null() }))).toBeDefined();
  });

  it('is paged: rows of either half, each once and whole', async () => {
    const projectId = await makeProject();
    const keys = await Promise.all(Array.from({ length: 5 }, () => makeKey(projectId)));
    for (const [at, key] of keys.entries()) {
      if (at % 2 === 0) await store(key, 1, YESTERDAY_MS);
      if (at % 3 !== 1) usage.request(key.id, FROM, YESTERDAY_MS);
    }
    const whole = () => read(`projectId=${projectId}`);
    await expect
      .poll(async () => (await whole()).data.reduce((sum, { requests }) => sum + requests, 0), { timeout: 10_000 })
      .toBe(3);
    const seen: UsageAnswer[] = [];
    for (let cursor = ''; ; ) {
      const page = await read(`projectId=${projectId}&limit=1${cursor}`);
      seen.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual((await whole()).data);
    expect(seen.map(({ keyId }) => keyId).toSorted()).toEqual(
      keys
        .filter((_, at) => at !== 1)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('I5: is of the organization and the mode; a deleted project takes its usage with it', async () => {
    const projectId = await makeProject();
    const [live, inTest] = [await makeKey(projectId), await makeKey(projectId, 'test')];
    await store(live, 1, YESTERDAY_MS);
    await store(inTest, 2, YESTERDAY_MS, 'test');
    const body = { name: 'of tests', mode: 'test', scopes: ['usage:read'] };
    const { key } = (await test.call('POST', '/secret-keys', { body })).data(createdSecretKeySchema);
    expect((await read(`projectId=${projectId}`)).data.map(({ keyId }) => keyId)).toEqual([live.id]);
    expect((await read('', key)).data.map(({ keyId }) => keyId)).toEqual([inTest.id]);
    const founded = await fetch(`${test.api.internalUrl}/internal/organizations`, {
      method: 'POST',
      body: '{"name":"x"}',
    });
    const { data } = z.object({ data: z.object({ secretKey: createdSecretKeySchema }) }).parse(await founded.json());
    expect((await read('', data.secretKey.key)).data).toEqual([]);
    const theirs = await test.call('GET', `/usage?projectId=${projectId}`, { key: data.secretKey.key });
    expect(theirs.error().code).toBe('NOT_FOUND');
    expect((await test.call('DELETE', `/projects/${projectId}`)).status).toBe(204);
    expect((await test.call('GET', `/usage?projectId=${projectId}`)).error().code).toBe('NOT_FOUND');
    expect((await read('limit=100')).data.map((row) => row.projectId)).not.toContain(projectId);
  });

  it('refuses ranges that are none, or longer than 400 days, and a key without the scope', async () => {
    for (const query of [
      'from=2026-02-31',
      'from=yesterday',
      'from=2026-06-02&to=2026-06-01',
      'from=2025-01-01&to=2026-02-05',
      'cursor=x',
      'projectId=1',
      'group=key',
    ]) {
      const answer = await test.call('GET', `/usage?${query}`);
      expect(answer.error(), query).toMatchObject({ code: 'VALIDATION_ERROR' });
    }
    expect((await read('from=2025-01-01&to=2026-02-04')).data).toEqual([]);
    const body = { name: 'x', scopes: ['logs:read'] };
    const { key } = (await test.call('POST', '/secret-keys', { body })).data(createdSecretKeySchema);
    expect((await test.call('GET', '/usage', { key })).error()).toMatchObject({ required_scope: 'usage:read' });
  });
});
