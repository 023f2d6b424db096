// What the store has of every project since a day: for the operator, beside a reconciliation.
import type { ClickHouseClient } from '@clickhouse/client';
import { TOMBSTONE_PROJECT_ID } from '../ingest/insert.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, sql } from '../query/sql.ts';

export interface ProjectUsage {
  readonly projectId: string;
  readonly mode: string;
  readonly logs: number;
  readonly bytes: number;
}

/**
 * Logs received on this day (YYYY-MM-DD, UTC) or later, by the projection `usage`, the most first.
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function listProjectsUsage(
  client: ClickHouseClient,
  fromDay: string,
  limit: number,
  options: QueryOptions = {},
): Promise<ProjectUsage[]> {
  const select = sql`SELECT toString(project_id) AS project, toString(mode) AS of_mode, toString(count()) AS logs_count, toString(sum(bytes)) AS logs_bytes
FROM logs WHERE toDate(received_at) >= ${bound('Date', fromDay)} AND project_id != ${bound('UUID', TOMBSTONE_PROJECT_ID)}
GROUP BY project_id, mode ORDER BY count() DESC, project_id LIMIT ${bound('UInt32', limit)}`;
  const usage: ProjectUsage[] = [];
  type Row = Record<'project' | 'of_mode' | 'logs_count' | 'logs_bytes', string>;
  for await (const { row } of runSelect<Row>(client, select, options))
    usage.push({
      projectId: row.project,
      mode: row.of_mode,
      logs: Number(row.logs_count),
      bytes: Number(row.logs_bytes),
    });
  return usage;
}
