// Reads one page of logs, in their order, up to its limits; in two steps where one would take too much memory.
import type { ClickHouseSettings } from '@clickhouse/client';
import type { LogsQuery } from '@sazabi/contract';
import type { LogPosition } from './log-id.ts';
import { positionOf, ROW_COLUMNS, type StoredRow } from './log-row.ts';
import { nanosTime } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';
import { WITH_TEXTS, withinMemory } from './within-memory.ts';

/** A page ends early past this many bytes of rows: a thousand logs of 256 KiB are more than one answer should hold. */
export const PAGE_BYTES_MAX = 16 * 1024 * 1024;

export interface Page {
  readonly rows: readonly StoredRow[];
  /** There is at least one after them. */
  readonly more: boolean;
}

/** Runs `SELECT columns … ORDER BY … LIMIT limit + 1`; `first`: conditions that are to be looked at before all others. */
export type SelectRows = <Row>(
  columns: Sql,
  settings: ClickHouseSettings,
  first?: readonly Sql[],
) => AsyncIterable<{ row: Row; text: string }>;

/** A row's place, and about how large it is. */
type StoredPlace = Pick<StoredRow, 'timestamp' | 'batch_id' | 'ordinal'> & { readonly bytes: number };
const PLACE_COLUMNS: Sql = sql`timestamp, batch_id, ordinal, bytes`;

/** The rows of a page. @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE */
export function readPage(limit: number, settings: ClickHouseSettings, select: SelectRows): Promise<Page> {
  return withinMemory(
    settings,
    (some) => takeRows(limit, select<StoredRow>(ROW_COLUMNS, some)),
    (some) => readInTwoSteps(limit, some, select),
  );
}

/**
 * First where the page's rows are, then what is between the first and the last of them that fit. In descending order ClickHouse holds all
 * rows of a range of granules that meet the conditions, with what is selected of them, until it has read to their end.
 */
async function readInTwoSteps(limit: number, settings: ClickHouseSettings, select: SelectRows): Promise<Page> {
  const places: LogPosition[] = [];
  let bytes = 0;
  let more = false;
  for await (const { row } of select<StoredPlace>(PLACE_COLUMNS, settings)) {
    more ||= places.length === limit || (bytes > 0 && bytes + row.bytes > PAGE_BYTES_MAX);
    if (more) continue;
    places.push(positionOf(row));
    bytes += row.bytes;
  }
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) return { rows: [], more: false };
  const page = await takeRows(
    places.length,
    select<StoredRow>(ROW_COLUMNS, settings, [between(first, last), WITH_TEXTS]),
  );
  return { rows: page.rows, more: page.more || more };
}

/** Takes rows up to the page's limits. The answer is read to its end where that is near: else its connection were closed. */
async function takeRows(limit: number, found: AsyncIterable<{ row: StoredRow; text: string }>): Promise<Page> {
  const rows: StoredRow[] = [];
  let bytes = 0;
  let more = false;
  for await (const { row, text } of found) {
    more = rows.length === limit;
    if (more) continue;
    if (bytes > 0 && bytes + text.length > PAGE_BYTES_MAX) return { rows, more: true };
    rows.push(row);
    bytes += text.length;
  }
  return { rows, more };
}

/** The order of a page. */
export function ordered(sort: LogsQuery['sort']): Sql {
  return sort === 'desc'
    ? sql`ORDER BY timestamp DESC, batch_id DESC, ordinal DESC`
    : sql`ORDER BY timestamp ASC, batch_id ASC, ordinal ASC`;
}

/** Rows that come after a position. The comparison of timestamps alone is there for the primary key. */
export function behind(position: LogPosition, sort: LogsQuery['sort']): Sql {
  const { at, place } = placeSql(position);
  return sort === 'desc'
    ? sql`timestamp <= ${at} AND tuple(timestamp, batch_id, ordinal) < ${place}`
    : sql`timestamp >= ${at} AND tuple(timestamp, batch_id, ordinal) > ${place}`;
}

/** Rows from one position to another, both included, whichever comes first. */
function between(one: LogPosition, other: LogPosition): Sql {
  const [from, to] = [placeSql(one), placeSql(other)];
  const place = sql`tuple(timestamp, batch_id, ordinal)`;
  return sql`timestamp BETWEEN least(${from.at}, ${to.at}) AND greatest(${from.at}, ${to.at}) AND ${place} BETWEEN least(${from.place}, ${to.place}) AND greatest(${from.place}, ${to.place})`;
}

function placeSql({ timestampNanos, batchId, ordinal }: LogPosition): { at: Sql; place: Sql } {
  const at = nanosTime(timestampNanos);
  return { at, place: sql`tuple(${at}, ${bound('UUID', batchId)}, ${bound('UInt32', ordinal)})` };
}
