// Counts outlive rows: what was stored per day received, project, mode and key is copied to `usage_daily`.
import type { ClickHouseClient } from '@clickhouse/client';
import { idList } from '../ingest/id-list.ts';
import { TOMBSTONE_PROJECT_ID } from '../ingest/insert.ts';
import { QUERY_BYTES_MAX } from '../ingest/limits.ts';
import { PROJECTS_AT_ONCE_MAX, SECONDS_MAX, USAGE_DAYS_AGAIN } from './limits.ts';

/**
 * Copies the counts of the last days, of those since the last copy, and of all days where there is none yet.
 * @throws ClickHouseError, or the connection's error
 */
export async function copyUsage(client: ClickHouseClient, nowMs: number): Promise<void> {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const from = await firstDay(client, today);
  await copyLarger(client, (day) => `${day} >= '${from}'`);
}

/**
 * Copies all counts of these projects. To be called before any of their rows are removed: what is counted afterwards is smaller,
 * and is not taken.
 * @param projectIds UUID texts @throws as above
 */
export async function copyUsageOf(client: ClickHouseClient, projectIds: readonly string[]): Promise<void> {
  for (let at = 0; at < projectIds.length; at += PROJECTS_AT_ONCE_MAX) {
    const ids = idList(projectIds.slice(at, at + PROJECTS_AT_ONCE_MAX));
    await copyLarger(client, () => `project_id IN (${ids})`);
  }
}

/** Only counts that are larger than those there. `which` is the condition on the day, as each table has it, or on the project. */
async function copyLarger(client: ClickHouseClient, which: (day: string) => string): Promise<void> {
  await client.command({
    query: `INSERT INTO usage_daily (day, project_id, mode, key_id, logs, bytes)
SELECT day, project_id, mode, key_id, stored, stored_bytes
FROM
(
    SELECT toDate(received_at) AS day, project_id, mode, key_id, count() AS stored, sum(bytes) AS stored_bytes
    FROM logs
    WHERE ${which('toDate(received_at)')} AND project_id != toUUID('${TOMBSTONE_PROJECT_ID}')
    GROUP BY toDate(received_at), project_id, mode, key_id
) AS now
LEFT JOIN
(
    SELECT day, project_id, mode, key_id, max(logs) AS copied
    FROM usage_daily WHERE ${which('day')} GROUP BY day, project_id, mode, key_id
) AS before
USING (day, project_id, mode, key_id)
WHERE stored > copied`,
    clickhouse_settings: {
      async_insert: 0,
      insert_deduplicate: 0,
      max_query_size: String(QUERY_BYTES_MAX),
      max_execution_time: SECONDS_MAX,
      distributed_foreground_insert: 1,
      distributed_product_mode: 'global',
    },
  });
}

/** A clock that ran ahead once has made days to come: they move nothing. */
async function firstDay(client: ClickHouseClient, today: string): Promise<string> {
  const result = await client.query({
    query: 'SELECT toString(max(day) - {again:UInt32}) FROM usage_daily WHERE day <= {today:Date} HAVING count() > 0',
    query_params: { today, again: USAGE_DAYS_AGAIN },
    format: 'JSONCompactEachRow',
  });
  const [row] = await result.json<[string]>();
  return row?.[0] ?? '1970-01-01';
}
