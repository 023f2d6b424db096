// How many logs of a selection were received in a time: what a live tail has missed.
import type { ClickHouseClient } from '@clickhouse/client';
import type { LogSelection } from '@sazabi/contract';
import type { LogScope } from './log-scope.ts';
import { type QueryOptions, runSelect } from './run-select.ts';
import { selectedLogs } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';

/**
 * Counts what is stored, whatever its timestamps say.
 * @param times milliseconds since 1970; `toMs` is the first that is not in
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function countReceived(
  client: ClickHouseClient,
  scope: LogScope,
  selection: Pick<LogSelection, 'search' | 'filters'>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  options: QueryOptions = {},
): Promise<number> {
  if (scope.projectIds.length === 0) return 0;
  const nowMs = options.nowMs ?? Date.now();
  const range = { from: 0n, to: null };
  const selected = selectedLogs(scope, { from: '', ...selection }, range, { anchorMs: nowMs, visibleAtMs: nowMs });
  const select = sql`SELECT toUInt32(count()) AS count ${selected} AND received_at >= ${milliTime(fromMs)} AND received_at < ${milliTime(toMs)}`;
  for await (const { row } of runSelect<{ count: number }>(client, select, options)) return row.count;
  return 0;
}

function milliTime(ms: number): Sql {
  return sql`fromUnixTimestamp64Milli(${bound('Int64', BigInt(ms))}, 'UTC')`;
}
