// What was stored, per day received, project and key: of what the logs tell and what was kept of them, the more.
import type { ClickHouseClient } from '@clickhouse/client';
import { type LogScope, narrowScope, scopedProjects } from '../query/log-scope.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, type Sql, sql } from '../query/sql.ts';

/** The place of a row in the list: by day, then project, then key, all from the last to the first. */
export interface StoredUsagePlace {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly projectId: string;
  readonly keyId: string;
}

export interface StoredUsage extends StoredUsagePlace {
  readonly logs: number;
  /** The sum of their column `bytes`. */
  readonly bytes: number;
}

export interface StoredUsageQuery {
  readonly projectId?: string | undefined;
  /** YYYY-MM-DD, both included. */
  readonly fromDay: string;
  readonly toDay: string;
  /** Rows behind it in the list; null = from the beginning. */
  readonly after: StoredUsagePlace | null;
  readonly limit: number;
}

interface Row {
  readonly of_day: string;
  readonly project: string;
  readonly key_of: string;
  readonly stored_logs: string;
  readonly stored_bytes: string;
}

/**
 * One page. The projection `usage` of `logs` answers: it lies in the parts, and so counts what is there, exactly. Rows go and
 * their counts stay in `usage_daily`, a copy from before; so the larger of both is what was ever stored.
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function listStoredUsage(
  client: ClickHouseClient,
  scope: LogScope,
  query: StoredUsageQuery,
  options: QueryOptions = {},
): Promise<StoredUsage[]> {
  const visible = narrowScope(scope, query.projectId);
  if (visible.projectIds.length === 0) return [];
  const rows: StoredUsage[] = [];
  for await (const { row } of runSelect<Row>(client, usageSelect(visible, query), options)) {
    rows.push({
      day: row.of_day,
      projectId: row.project,
      keyId: row.key_of,
      logs: Number(row.stored_logs),
      bytes: Number(row.stored_bytes),
    });
  }
  return rows;
}

/** @internal Exported for the test that holds the projection to be used. */
export function usageSelect(scope: LogScope, { fromDay, toDay, after, limit }: StoredUsageQuery): Sql {
  const projects = scopedProjects(scope);
  const last = after === null ? toDay : after.day;
  const days = sql`BETWEEN ${bound('Date', fromDay)} AND ${bound('Date', last)}`;
  const behind =
    after === null
      ? sql``
      : sql`WHERE tuple(of_day, project, key_of) < tuple(${bound('Date', after.day)}, ${bound('String', after.projectId)}, ${bound('String', after.keyId)})`;
  return sql`SELECT of_day, project, key_of, toString(max(counted)) AS stored_logs, toString(max(summed)) AS stored_bytes FROM (
SELECT toDate(received_at) AS of_day, toString(project_id) AS project, toString(key_id) AS key_of, count() AS counted, sum(bytes) AS summed
FROM logs WHERE ${projects} AND toDate(received_at) ${days} GROUP BY toDate(received_at), project_id, key_id
UNION ALL
SELECT day, toString(project_id), toString(key_id), logs, bytes FROM usage_daily WHERE ${projects} AND day ${days}
) ${behind} GROUP BY of_day, project, key_of ORDER BY of_day DESC, project DESC, key_of DESC LIMIT ${bound('UInt32', limit)}`;
}
