// What the store has of given ids, and what has become of those that it has no more: for a reconciliation with the bus.
import type { ClickHouseClient } from '@clickhouse/client';
import { dayText } from '../ingest/day-text.ts';
import { TOMBSTONE_PROJECT_ID } from '../ingest/insert.ts';
import { REMOVED_MODE } from '../maintenance/remove-hidden.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, type Sql, sql } from '../query/sql.ts';

export interface SoughtRecord {
  /** UUID text. */
  readonly id: string;
  /** Days since 1970-01-01 UTC that its rows expire on. */
  readonly day: number;
  /** UUID text of the requests in it that came with an `Idempotency-Key`. */
  readonly requestIds: readonly string[];
}

export interface FoundIds {
  /** Logs per id of a record, or of a request; none where it is not there. */
  readonly rows: ReadonlyMap<string, number>;
  /** Records that were given up: their logs are in dead letters, or were. */
  readonly tombstones: ReadonlySet<string>;
  /** Ids of which logs were removed, as nobody sees them any more. */
  readonly removed: ReadonlySet<string>;
}

interface Counted {
  readonly id: string;
  readonly rows: string;
}

/**
 * Asks `logs` alone, by the projection `ids`.
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function findIds(
  client: ClickHouseClient,
  records: readonly SoughtRecord[],
  options: QueryOptions = {},
): Promise<FoundIds> {
  const own = records.map(({ id }) => id);
  const days = [...new Set(records.map(({ day }) => dayText(day)))];
  const requests = [...new Set(records.flatMap(({ requestIds }) => requestIds))];
  // A record's rows lie on its own day; those of a repeated request on the day of whichever record came first.
  const ofRecords = sql`expires_on IN ${bound('Array(Date)', days)} AND batch_id IN ${bound('Array(UUID)', own)}`;
  const conditions =
    requests.length === 0 ? [ofRecords] : [ofRecords, sql`batch_id IN ${bound('Array(UUID)', requests)}`];
  const rows = new Map<string, number>();
  const [tombstones, removed] = [new Set<string>(), new Set<string>()];
  for (const condition of conditions) {
    for await (const { row } of runSelect<Counted>(client, countSelect(condition), options))
      rows.set(row.id, (rows.get(row.id) ?? 0) + Number(row.rows));
    for await (const { row } of runSelect<Counted & { mode: string }>(client, ownerlessSelect(condition), options)) {
      rows.set(row.id, Math.max(0, (rows.get(row.id) ?? 0) - Number(row.rows)));
      (row.mode === REMOVED_MODE ? removed : tombstones).add(row.id);
    }
  }
  return { rows, tombstones, removed };
}

function countSelect(condition: Sql): Sql {
  return sql`SELECT toString(batch_id) AS id, toString(count()) AS rows FROM logs WHERE ${condition} GROUP BY expires_on, batch_id`;
}

/** Rows that are no logs but tell of them: under the zero project, first in the table's order. */
function ownerlessSelect(condition: Sql): Sql {
  return sql`SELECT toString(batch_id) AS id, mode, toString(count()) AS rows FROM logs
WHERE project_id = ${bound('UUID', TOMBSTONE_PROJECT_ID)} AND ${condition} GROUP BY batch_id, mode`;
}
