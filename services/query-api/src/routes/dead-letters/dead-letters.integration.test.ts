// Dead letters over real HTTP, PGlite, the real engine and the real bus.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusRecord, openBus } from '@sazabi/bus';
import {
  auditLogEntrySchema,
  createdPublicKeySchema,
  createdSecretKeySchema,
  deadLetterSchema,
  operatorDeadLetterSchema,
  pageSchema,
  projectSchema,
  replayedDeadLetterSchema,
} from '@sazabi/contract/schemas';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { decodeRecord, letterIdOf, nativeRows, nextReplayId, readLogBlock, uuidToText } from '@sazabi/log-record';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';
import { buryLetters, buryRecord, type Owner } from './bury.testing.ts';

interface Tenant {
  readonly projectId: string;
  readonly live: string;
  readonly test: string;
  /** Holds every scope but admin. */
  readonly writer: string;
}

const DAY_MS = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY_MS);
const NO_PROJECT_ID = '00000000-0000-0000-0000-000000000000';
const foundedSchema = z.object({
  data: z.object({ project: projectSchema, publicKey: createdPublicKeySchema, secretKey: createdSecretKeySchema }),
});
const listSchema = pageSchema(deadLetterSchema);

let folder: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
let test: TestApi;
let ours: Tenant;
let theirs: Tenant;
let bus: ReturnType<typeof openBus>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'query-api-letters-'));
  engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
  app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  bus = openBus(`lmdb:${join(folder, 'bus')}`);
  test = await startTestApi({
    CLICKHOUSE_URL: engine.appUrl,
    CLICKHOUSE_READER_URL: engine.readerUrl,
    BUS_URL: `lmdb:${join(folder, 'bus')}`,
  });
  ours = await foundTenant('Ours');
  theirs = await foundTenant('Theirs');
});
afterAll(async () => {
  await test.close();
  await bus.close();
  await app.close();
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function foundTenant(name: string): Promise<Tenant> {
  const body = JSON.stringify({ name });
  const response = await fetch(`${test.api.internalUrl}/internal/organizations`, { method: 'POST', body });
  const { data } = foundedSchema.parse(await response.json());
  const live = data.secretKey.key;
  const make = async (more: object) => {
    const made = await test.call('POST', '/secret-keys', { key: live, body: { name: 'of tests', ...more } });
    return made.data(createdSecretKeySchema).key;
  };
  return {
    projectId: data.project.id,
    live,
    test: await make({ mode: 'test' }),
    writer: await make({ scopes: ['logs:read', 'keys:write', 'settings:write'] }),
  };
}

const bury = (tenants: readonly Owner[], daysLeft = 30) => buryRecord(app, tenants, TODAY + daysLeft);

const idsOf = async (key: string, query = '') => {
  const answer = await test.call('GET', `/dead-letters${query}`, { key });
  expect(answer.status, answer.text).toBe(200);
  return listSchema.parse(JSON.parse(answer.text)).data.map(({ id }) => id);
};
const replay = (key: string, id: string) => test.call('POST', `/dead-letters/${id}/replay`, { key });
const onBus = async (): Promise<readonly BusRecord[]> => {
  const reader = await bus.reader();
  return reader.read(0, 0, { bytesMax: 1_000_000, recordsMax: 1_000, waitMs: 0 });
};

describe('I5: dead letters', () => {
  it('are those of the key’s organization and mode, for admin keys', async () => {
    const owners = [ours, theirs].flatMap(({ projectId }) => [
      { projectId, mode: 'live' as const },
      { projectId, mode: 'test' as const },
    ]);
    const { ids } = await bury(owners);
    const keys = [ours.live, ours.test, theirs.live, theirs.test];
    for (const [at, key] of keys.entries()) {
      expect(await idsOf(key)).toEqual([ids[at]]);
      for (const [other, id = ''] of ids.entries()) {
        if (other === at) continue;
        expect((await replay(key, id)).error()).toMatchObject({ code: 'NOT_FOUND' });
        expect((await test.call('DELETE', `/dead-letters/${id}`, { key })).error()).toMatchObject({
          code: 'NOT_FOUND',
        });
      }
    }
    expect(await onBus()).toEqual([]);
    const foreign = await test.call('GET', `/dead-letters?projectId=${theirs.projectId}`, { key: ours.live });
    expect(foreign.error()).toMatchObject({ code: 'NOT_FOUND' });
    const [id = ''] = ids;
    for (const [method, path] of [
      ['GET', '/dead-letters'],
      ['POST', `/dead-letters/${id}/replay`],
      ['DELETE', `/dead-letters/${id}`],
    ] as const) {
      const refused = await test.call(method, path, { key: ours.writer });
      expect(refused.error()).toMatchObject({ code: 'INSUFFICIENT_PERMISSIONS', required_scope: 'admin' });
    }
    for (const [at, letter = ''] of ids.entries())
      expect((await test.call('DELETE', `/dead-letters/${letter}`, { key: keys[at] ?? null })).status).toBe(204);
    for (const key of keys) expect(await idsOf(key)).toEqual([]);
  });
});

it('the audit log says who replayed and deleted which, before it is gone', async () => {
  const { ids } = await bury(
    [ours, ours].map(({ projectId }, at) => ({ projectId, mode: at === 0 ? 'live' : 'test' })),
  );
  const [live = '', ofTest = ''] = ids;
  expect((await replay(ours.live, live)).status).toBe(202);
  expect((await replay(ours.live, live)).status).toBe(202);
  expect((await test.call('DELETE', `/dead-letters/${ofTest}`, { key: ours.test })).status).toBe(204);
  const entriesOf = async (id: string, key: string) =>
    (await test.call('GET', `/audit-log?targetId=${id}`, { key })).data(z.array(auditLogEntrySchema));
  expect(await entriesOf(live, ours.live)).toMatchObject([
    { action: 'dead_letter.replayed', target: { type: 'dead_letter' }, actor: { type: 'secret_key' }, changes: null },
  ]);
  for (const key of [ours.live, ours.test])
    expect(await entriesOf(ofTest, key)).toMatchObject([{ action: 'dead_letter.deleted', changes: { logs: [1, 0] } }]);
  expect(await entriesOf(live, ours.test)).toEqual([]);
  expect(await entriesOf(live, theirs.live)).toEqual([]);
});

describe('a replay', () => {
  it('brings the letter’s own logs on the bus, once however often it is asked for', async () => {
    const { recordId, ids } = await bury([
      { projectId: ours.projectId, mode: 'live' },
      { projectId: theirs.projectId, mode: 'live' },
    ]);
    const [id = '', foreign = ''] = ids;
    expect((await replay(ours.live, foreign)).status).toBe(404);
    const before = (await onBus()).length;
    const answers = await Promise.all([replay(ours.live, id), replay(ours.live, id.toUpperCase())]);
    for (const answer of [...answers, await replay(ours.live, id)]) {
      expect(answer.status, answer.text).toBe(202);
      expect(answer.data(replayedDeadLetterSchema)).toEqual({ id, accepted: 1 });
    }
    const appended = (await onBus()).slice(before);
    const newId = nextReplayId({ recordId, projectId: ours.projectId, mode: 'live', replays: 0 });
    expect(appended.length).toBeLessThanOrEqual(2);
    for (const record of appended) {
      const decoded = decodeRecord(record);
      expect(decoded.ok && uuidToText(decoded.meta.batchId)).toBe(newId);
      const read = readLogBlock(record.value);
      expect(read.ok && nativeRows(read.block)).toMatchObject([
        { project_id: ours.projectId, mode: 'live', message: `of ${ours.projectId} live`, batch_id: newId, ordinal: 0 },
      ]);
    }
    expect(await idsOf(ours.live)).toEqual([]);
    expect(await idsOf(theirs.live)).toEqual([foreign]);
    expect((await test.call('DELETE', `/dead-letters/${id}`, { key: ours.live })).status).toBe(404);
  });

  it('whose mark was lost lets the letter stand again, and brings the same record: whoever stores it has it', async () => {
    const { recordId, ids } = await bury([{ projectId: ours.projectId, mode: 'live' }]);
    const [id = ''] = ids;
    const before = (await onBus()).length;
    await app.command({ query: 'SYSTEM STOP MERGES dead_letters' });
    expect((await replay(ours.live, id)).status).toBe(202);
    expect(await idsOf(ours.live)).toEqual([]);
    // As an engine does that was killed for a failed write: the part of the mark is set aside (ADR 24).
    const marks = await app.query({
      query: 'SELECT DISTINCT _part FROM dead_letters WHERE id = {id:UUID} AND replayed_as != toUUID({none:String})',
      query_params: { id, none: NO_PROJECT_ID },
      format: 'JSONCompactEachRow',
    });
    const [[part] = ['']] = await marks.json<[string]>();
    await app.command({ query: `ALTER TABLE dead_letters DROP PART '${part}'` });
    expect(await idsOf(ours.live)).toEqual([id]);
    expect((await replay(ours.live, id)).status).toBe(202);
    await app.command({ query: 'SYSTEM START MERGES dead_letters' });
    const newId = nextReplayId({ recordId, projectId: ours.projectId, mode: 'live', replays: 0 });
    const sent = (await onBus()).slice(before).map(decodeRecord);
    expect(sent.map((decoded) => decoded.ok && uuidToText(decoded.meta.batchId))).toEqual([newId, newId]);
  });

  it('of logs past their day is refused with why', async () => {
    const { ids } = await bury([{ projectId: ours.projectId, mode: 'live' }], -4);
    const [id = ''] = ids;
    const refused = await replay(ours.live, id);
    expect(refused.error()).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/expired on \d{4}-/) });
    expect((await test.call('DELETE', `/dead-letters/${id}`, { key: ours.live })).status).toBe(204);
  });

  it.each(['not-a-uuid', uuidv7()])('of %s is 404', async (id) => {
    expect((await replay(ours.live, id)).error()).toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no such dead letter.',
    });
  });

  it('while the bus is away is 503, and the letter stays', async () => {
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');
    const away = await startTestApi({ CLICKHOUSE_URL: engine.appUrl, BUS_URL: `lmdb:${file}` });
    const [project] = (await away.call('GET', '/projects')).data(z.array(projectSchema));
    const { ids: theirIds } = await bury([{ projectId: project?.id ?? '', mode: 'live' }]);
    const answer = await away.call('POST', `/dead-letters/${theirIds[0]}/replay`);
    expect(answer.error()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(listSchema.parse(JSON.parse((await away.call('GET', '/dead-letters')).text)).data).toHaveLength(1);
    await away.close();
  });
});

describe('the operator’s dead letters', () => {
  const internal = (path: string, method = 'GET') =>
    fetch(`${test.api.internalUrl}/internal/dead-letters${path}`, { method });

  it('are listed, saved and deleted on the internal port alone', async () => {
    const recordId = uuidv7();
    const value = Buffer.from([0, 255, 1, 2]);
    const id = uuidToText(letterIdOf({ recordId, projectId: NO_PROJECT_ID, mode: '' }));
    const letter = {
      id,
      recordId,
      originId: recordId,
      replays: 0,
      owner: null,
      day: TODAY + 1,
      rows: 1,
      bytes: 4,
      requests: [],
      reason: 'no block',
      partition: 0,
      offset: 3,
      headers: new Map(),
      value,
    };
    await buryLetters(app, recordId, TODAY + 1, [letter]);
    const dead = { partition: 0, offset: 7, appendedAtMs: 1, headers: new Map(), value: Buffer.from('damaged') };
    await (await bus.deadLetters()).append(dead, 'checksum xxh64 does not match');

    const listed = z.object({ data: z.array(operatorDeadLetterSchema) });
    const { data } = listed.parse(await (await internal('')).json());
    expect(data.map(({ id: of, kind, bytes, reason }) => [of, kind, bytes, reason]).toSorted()).toEqual(
      [
        ['bus-0-7', 'undecodable', 7, 'checksum xxh64 does not match'],
        [id, 'refused', 4, 'no block'],
      ].toSorted(),
    );
    expect(Buffer.from(await (await internal(`/${id}/record`)).arrayBuffer())).toEqual(value);
    expect(await (await internal('/bus-0-7/record')).text()).toBe('damaged');
    for (const key of [ours.live, theirs.live]) expect(await idsOf(key)).not.toContain(id);
    for (const of of [id, 'bus-0-7']) {
      expect((await internal(`/${of}`, 'DELETE')).status).toBe(204);
      expect((await internal(`/${of}`, 'DELETE')).status).toBe(404);
      expect((await internal(`/${of}/record`)).status).toBe(404);
    }
    expect(listed.parse(await (await internal('')).json()).data).toEqual([]);
  });
});

it.each(['', 'x'.repeat(80), Buffer.alloc(60).toString('base64url'), '../me'])(
  'a receipt that is none of ours is 404: %s',
  async (receipt) => {
    const answer = await test.call('GET', `/receipts/${encodeURIComponent(receipt)}`, { key: ours.live });
    expect(answer.error()).toMatchObject({ code: 'NOT_FOUND' });
  },
);
