// Of a cluster, hidden rows are removed from each shard's own table, and counted over all of them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clusterServer } from '../ingest/ingest-target.ts';
import { lookUp } from '../ingest/look-up.ts';
import type { ClickHouseClient } from '../open-log-store.ts';
import { startTestShards, type TestShards } from '../test-shards.ts';
import { testLog } from '../test-store.ts';
import { copyUsage, copyUsageOf } from './copy-usage.ts';
import { findHiddenDays } from './hidden-rows.ts';
import { removeHiddenRows, rewriteParts } from './remove-hidden.ts';

const NOW_MS = Date.now();
const DAY_MS = 86_400_000;
const LAST_DAY = Math.floor(NOW_MS / DAY_MS) + 30;
const goOn = async () => undefined;

let started: TestShards;
let shards: readonly ClickHouseClient[];

beforeAll(async () => {
  started = await startTestShards();
  ({ shards } = started);
});
afterAll(() => started.close());

async function count(client: ClickHouseClient, query: string): Promise<number> {
  const result = await client.query({ query: `SELECT ${query}`, format: 'JSONCompactEachRow' });
  return Number((await result.json<[string]>())[0]?.[0]);
}

it('removes a project from both shards, keeps ids where they were, and counts it once', async () => {
  const [project, other] = [randomUUID(), randomUUID()];
  const ids = [randomUUID(), randomUUID()];
  const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
  for (const [at, client] of shards.entries()) {
    const rows = [project, project, other].map((project_id, ordinal) =>
      testLog({
        project_id,
        ordinal,
        batch_id: ids[at] ?? '',
        received_at: text(NOW_MS),
        expires_on: text(LAST_DAY * DAY_MS).slice(0, 10),
      }),
    );
    await client.insert({ table: 'logs_local', values: rows, format: 'JSONEachRow' });
  }
  const [first] = shards;
  if (first === undefined) throw new Error('a shard');
  await copyUsage(first, NOW_MS);
  await copyUsageOf(first, [project]);
  for (const client of shards) {
    const target = clusterServer(client, false);
    const days = await findHiddenDays(target, [{ projectId: project, receivedBeforeMs: null }], NOW_MS);
    expect(days.map(({ rows }) => rows)).toEqual([2]);
    for (const day of days) await removeHiddenRows(target, day, { goOn });
    await rewriteParts(target, { goOn });
  }
  for (const [at, client] of shards.entries()) {
    expect(await count(client, `count() FROM logs WHERE project_id = '${project}'`)).toBe(0);
    expect(await count(client, `count() FROM logs WHERE project_id = '${other}'`)).toBe(2);
    const records = ids.map((id) => ({ id, day: LAST_DAY, requestIds: [] }));
    expect([...(await lookUp(clusterServer(client, false), records, null)).known]).toEqual([ids[at]]);
    expect(await count(client, `sum(logs) FROM usage_daily WHERE project_id = '${project}'`)).toBe(4);
  }
});
