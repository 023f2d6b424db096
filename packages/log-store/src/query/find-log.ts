// GET /logs/{id}: one log by its opaque id.
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { ContractError, type LogRow } from '@sazabi/contract';
import { readLogId } from './log-id.ts';
import { ROW_COLUMNS, type StoredRow, toLogRow } from './log-row.ts';
import { type LogScope, scopedLogs } from './log-scope.ts';
import { type QueryOptions, runSelect } from './run-select.ts';
import { nanosTime } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';
import { WITH_TEXTS, withinMemory } from './within-memory.ts';

/**
 * The log with this id, if the scope sees it.
 * @throws ContractError NOT_FOUND for any other id, whatever its form: existence is never leaked; QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function findLog(
  client: ClickHouseClient,
  scope: LogScope,
  id: string,
  options: QueryOptions = {},
): Promise<LogRow> {
  const position = readLogId(id);
  if (position !== null && scope.projectIds.length > 0) {
    const { timestampNanos, batchId, ordinal } = position;
    const is = sql`timestamp = ${nanosTime(timestampNanos)} AND batch_id = ${bound('UUID', batchId)} AND ordinal = ${bound('UInt32', ordinal)}`;
    const read = async (settings: ClickHouseSettings, first: readonly Sql[]) => {
      const select = sql`SELECT ${ROW_COLUMNS} ${scopedLogs(scope, options.nowMs ?? Date.now(), first)} AND ${is} LIMIT 1`;
      for await (const { row } of runSelect<StoredRow>(client, select, options, settings)) return toLogRow(row);
      return null;
    };
    const found = await withinMemory(
      {},
      (settings) => read(settings, []),
      (settings) => read(settings, [is, WITH_TEXTS]),
    );
    if (found !== null) return found;
  }
  throw new ContractError('NOT_FOUND', 'There is no log with this id. Ids come from rows of POST /logs/query.');
}
