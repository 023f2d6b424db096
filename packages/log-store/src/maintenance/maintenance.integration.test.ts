// Hidden rows are removed from the real engine, their ids and their counts are not.
import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { logsQuerySchema } from '@sazabi/contract';
import { createLogBlock, expiresOnDay, uuidFromText } from '@sazabi/log-record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { singleServer } from '../ingest/ingest-target.ts';
import { insertFrames } from '../ingest/insert.ts';
import { findTombstone, lookUp } from '../ingest/look-up.ts';
import { logScope, type VisibleProject } from '../query/log-scope.ts';
import { queryLogs } from '../query/query-logs.ts';
import { receiptState } from '../receipts/receipt-state.ts';
import { startTestStore, type TestStore } from '../test-store.ts';
import { copyUsage, copyUsageOf } from './copy-usage.ts';
import { findHiddenDays, type HiddenRows } from './hidden-rows.ts';
import { removeHiddenRows, rewriteParts } from './remove-hidden.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const goOn = async () => undefined;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

interface Request {
  readonly projectId: string;
  readonly daysAgo: number;
  readonly logs: number;
  /** Of a request with an `Idempotency-Key`. */
  readonly id?: string;
}

/** A record as the intake makes it; every request of it has the same retention. */
function makeRecord(requests: readonly Request[], retentionDays: number) {
  const id = randomUUID();
  const day = expiresOnDay(NOW_MS - (requests[0]?.daysAgo ?? 0) * DAY_MS, retentionDays);
  const block = createLogBlock();
  block.reset(uuidFromText(id), day);
  for (const { projectId, daysAgo, logs, id: requestId } of requests) {
    const source = { projectId, mode: 'live', keyId: 'key', environment: '' } as const;
    block.beginRequest(source, NOW_MS - daysAgo * DAY_MS, requestId === undefined ? null : uuidFromText(requestId));
    for (let log = 0; log < logs; log++) block.append({ message: `secret ${log}` }, 'log');
  }
  const requestIds = requests.flatMap((request) => request.id ?? []);
  return { id, day, requestIds, frame: zstdCompressSync(block.encode()) };
}

/** As the consumer does it: what the look-up knows is left out. */
async function deliver(record: ReturnType<typeof makeRecord>): Promise<ReadonlySet<string>> {
  const target = singleServer(store.app, true);
  const { session, known } = await lookUp(target, [record], null);
  const knownRequestIds = record.requestIds.filter((id) => known.has(id));
  const done =
    known.has(record.id) || (record.requestIds.length > 0 && knownRequestIds.length === record.requestIds.length);
  if (!done) await insertFrames(target, { session, token: randomUUID(), frames: [record.frame], knownRequestIds });
  return known;
}

async function count(condition: string): Promise<number> {
  const result = await store.app.query({
    query: `SELECT count() FROM logs WHERE ${condition}`,
    format: 'JSONCompactEachRow',
  });
  return Number((await result.json<[string]>())[0]?.[0]);
}

async function maintain(hidden: readonly HiddenRows[], idsAtOnceMax = 1_000_000): Promise<number> {
  const target = singleServer(store.app, true);
  await copyUsage(store.app, NOW_MS);
  const days = await findHiddenDays(target, hidden, NOW_MS);
  await copyUsageOf(
    store.app,
    hidden.map(({ projectId }) => projectId),
  );
  for (const day of days) await removeHiddenRows(target, day, { goOn, idsAtOnceMax });
  return days.reduce((sum, { rows }) => sum + rows, 0);
}

async function messages(project: VisibleProject, nowMs = NOW_MS): Promise<number> {
  const scope = logScope({ organizationId: 'o', projects: [project], mode: 'live' });
  const page = await queryLogs(store.reader, scope, logsQuerySchema.parse({ from: '-400d' }), { nowMs });
  return page.data.length;
}

async function usageOf(projectId: string): Promise<{ logs: number; bytes: number }> {
  const result = await store.app.query({
    query: `SELECT toString(sum(l)) AS logs, toString(sum(b)) AS bytes FROM
(SELECT max(logs) AS l, max(bytes) AS b FROM usage_daily WHERE project_id = {projectId:UUID} GROUP BY day, mode, key_id)`,
    query_params: { projectId },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ logs: string; bytes: string }>();
  return { logs: Number(row?.logs), bytes: Number(row?.bytes) };
}

describe('a shortened retention', () => {
  const project = randomUUID();
  const other = randomUUID();
  const expiring = randomUUID();
  const shortened = { id: project, retentionDays: 7, hiddenBeforeMs: NOW_MS - 90 * DAY_MS, earlierRetentions: [] };
  const hidden = [{ projectId: project, receivedBeforeMs: NOW_MS - 7 * DAY_MS }];
  const old = makeRecord(
    [
      { projectId: project, daysAgo: 8, logs: 3 },
      { projectId: other, daysAgo: 8, logs: 2 },
    ],
    90,
  );
  const young = makeRecord([{ projectId: project, daysAgo: 6, logs: 4 }], 90);

  it('hides rows at once, and leaves those of others', async () => {
    await deliver(old);
    await deliver(young);
    expect(await messages({ ...shortened, retentionDays: 90 })).toBe(7);
    expect(await messages(shortened)).toBe(4);
    expect(await messages({ id: other, retentionDays: 90, hiddenBeforeMs: null, earlierRetentions: [] })).toBe(2);
  });

  it('removes hidden rows and no others', async () => {
    expect(await maintain(hidden)).toBe(3);
    expect(await count(`project_id = '${project}'`)).toBe(4);
    expect(await count(`project_id = '${other}'`)).toBe(2);
    expect(await maintain(hidden)).toBe(0);
  });

  it('removes what expires today and what has expired, while its partition stays', async () => {
    for (const daysAgo of [30, 31, 32]) await deliver(makeRecord([{ projectId: expiring, daysAgo, logs: 1 }], 30));
    const today = Math.floor(NOW_MS / DAY_MS);
    expect([30, 31, 32].map((daysAgo) => expiresOnDay(NOW_MS - daysAgo * DAY_MS, 30) - today)).toEqual([0, -1, -2]);
    expect(await maintain([{ projectId: expiring, receivedBeforeMs: NOW_MS - 7 * DAY_MS }])).toBe(3);
    expect(await count(`project_id = '${expiring}'`)).toBe(0);
  });

  it('brings nothing back when it becomes longer again', async () => {
    expect(
      await messages({ ...shortened, retentionDays: 365, hiddenBeforeMs: NOW_MS - 7 * DAY_MS, earlierRetentions: [] }),
    ).toBe(4);
    expect(
      await messages({ ...shortened, retentionDays: 365, hiddenBeforeMs: NOW_MS - 5 * DAY_MS, earlierRetentions: [] }),
    ).toBe(0);
  });
});

describe('a deleted project', () => {
  const project = randomUUID();
  const other = randomUUID();
  const hidden = [{ projectId: project, receivedBeforeMs: null }];
  const repeated = randomUUID();
  const shared = makeRecord(
    [
      { projectId: project, daysAgo: 0, logs: 2 },
      { projectId: other, daysAgo: 0, logs: 2 },
    ],
    30,
  );
  const own = makeRecord([{ projectId: project, daysAgo: 40, logs: 5 }], 90);
  const idempotent = makeRecord(
    [
      { projectId: project, daysAgo: 1, logs: 3, id: repeated },
      { projectId: other, daysAgo: 1, logs: 1, id: randomUUID() },
    ],
    30,
  );

  beforeAll(async () => {
    for (const record of [shared, own, idempotent]) await deliver(record);
  });

  it('has no row left, in as many steps as its ids take', async () => {
    expect(await maintain(hidden, 2)).toBe(10);
    expect(await count(`project_id = '${project}'`)).toBe(0);
    expect(await count(`project_id = '${other}'`)).toBe(3);
  });

  it('stores nothing of it again: neither a record that is read again, nor a repeat of a request', async () => {
    for (const record of [shared, own, idempotent])
      expect((await deliver(record)).has(record.id) || record === idempotent).toBe(true);
    const repeat = makeRecord([{ projectId: project, daysAgo: 0, logs: 3, id: repeated }], 30);
    expect((await deliver(repeat)).has(repeated)).toBe(true);
    expect(await count(`project_id = '${project}'`)).toBe(0);
    expect(await count(`project_id = '${other}'`)).toBe(3);
  });

  it('its kept ids are no tombstones', async () => {
    expect(await findTombstone(singleServer(store.app, true), own)).toBe(false);
  });

  it('its usage stays counted', async () => {
    expect(await usageOf(project)).toMatchObject({ logs: 10 });
    await copyUsage(store.app, NOW_MS);
    expect((await usageOf(project)).bytes).toBeGreaterThan(10);
    expect(await usageOf(project)).toMatchObject({ logs: 10 });
  });

  it('leaves no byte of its rows on the disk', async () => {
    await rewriteParts(singleServer(store.app, true), { goOn });
    const parts = await store.app.query({
      query:
        "SELECT countIf(has_lightweight_delete) AS masked, sum(rows) AS rows FROM system.parts WHERE table = 'logs' AND active",
      format: 'JSONEachRow',
    });
    const [found] = await parts.json<{ masked: string; rows: string }>();
    expect(Number(found?.masked)).toBe(0);
    expect(Number(found?.rows)).toBe(await count('1'));
    const known = await lookUp(singleServer(store.app, true), [shared, own], null);
    expect([...known.known].sort()).toEqual([shared.id, own.id].sort());
  });
});

describe('receipts', () => {
  it('know no more of rows that were removed, and of all others what they knew', async () => {
    const [project, other] = [randomUUID(), randomUUID()];
    const record = makeRecord(
      [
        { projectId: project, daysAgo: 3, logs: 2 },
        { projectId: other, daysAgo: 3, logs: 1 },
      ],
      30,
    );
    await deliver(record);
    const receipt = { storedId: record.id, firstOrdinal: 0, count: 2, day: record.day, mode: 'live' } as const;
    const state = (projectId: string) => receiptState(store.reader, { ...receipt, projectId });
    expect(await state(project)).toMatchObject({ status: 'stored' });
    await maintain([{ projectId: project, receivedBeforeMs: NOW_MS - DAY_MS }]);
    expect(await state(project)).toBeNull();
    expect(await state(other)).toMatchObject({ status: 'stored' });
  });
});

describe('a record with rows of several hidden projects', () => {
  it('is removed whole, however few ids one step takes: each of them has its own row that tells', async () => {
    const projects = [randomUUID(), randomUUID(), randomUUID()];
    const record = makeRecord(
      projects.map((projectId) => ({ projectId, daysAgo: 0, logs: 2 })),
      30,
    );
    await deliver(record);
    expect(
      await maintain(
        projects.map((projectId) => ({ projectId, receivedBeforeMs: null })),
        1,
      ),
    ).toBe(6);
    for (const [at, projectId] of projects.entries()) {
      const receipt = { storedId: record.id, firstOrdinal: at * 2, count: 2, day: record.day, mode: 'live' } as const;
      expect(await receiptState(store.reader, { ...receipt, projectId })).toBeNull();
    }
  });
});

describe('a removal under load', () => {
  it('loses no fresh row', async () => {
    const [project, other] = [randomUUID(), randomUUID()];
    const hidden = [{ projectId: project, receivedBeforeMs: NOW_MS - DAY_MS }];
    const records = Array.from({ length: 12 }, () =>
      makeRecord(
        [
          { projectId: project, daysAgo: 2, logs: 50 },
          { projectId: project, daysAgo: 0, logs: 50 },
          { projectId: other, daysAgo: 2, logs: 50 },
        ],
        30,
      ),
    );
    let writing = true;
    const writer = (async () => {
      for (const record of records) await deliver(record);
    })().finally(() => {
      writing = false;
    });
    while (writing) await maintain(hidden);
    await writer;
    await maintain(hidden);
    expect(await count(`project_id = '${project}'`)).toBe(600);
    expect(await count(`project_id = '${other}'`)).toBe(600);
  });
});
