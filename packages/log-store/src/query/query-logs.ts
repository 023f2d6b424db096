// POST /logs/query: a page of logs in one total order, with a cursor to the next.
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { LogRow, LogsQuery } from '@sazabi/contract';
import { readCursor, selectionDigest, writeCursor } from './cursor.ts';
import type { LogPosition } from './log-id.ts';
import { ROW_COLUMNS, type StoredRow, toLogRow } from './log-row.ts';
import { type LogScope, narrowScope, visibleAtOfPage } from './log-scope.ts';
import { type QueryOptions, runSelect } from './run-select.ts';
import { searchSettings } from './search.ts';
import { invalid, nanosTime, resolveRange, selectedLogs, type TimeRange } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';

/** A page ends early past this many bytes of rows: a thousand logs of 256 KiB are more than one answer should hold. */
export const PAGE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The latest logs are looked for in so much time first: each part that reaches into it is read, and of a day there are many. It halves
 * the engine's time where a page is found (22 → 12 ms of CPU over 13 parts), and costs 7 ms more where there are too few.
 */
const LATEST_NANOS = 600_000_000_000n;

/**
 * Of a few granules a second thread reads nothing worth its start (18 → 16 CPU-ms), nor do those that format (16.4 → 15.5). Who looks
 * at the latest logs looks again: granules that are still the last then are kept as they were read (17.2 → 13.3, of others no more).
 */
const LATEST: ClickHouseSettings = { max_threads: 1, output_format_parallel_formatting: 0, use_uncompressed_cache: 1 };

export interface LogsPage {
  readonly data: readonly LogRow[];
  readonly nextCursor: string | null;
  readonly meta: { readonly elapsedMs: number };
}

/**
 * One page. Following its cursors sees every row that was there at the first page exactly once: a page begins after the
 * last row of the one before, in an order that is total and decided by ClickHouse alone.
 * @throws ContractError VALIDATION_ERROR (range, cursor), QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function queryLogs(
  client: ClickHouseClient,
  scope: LogScope,
  query: LogsQuery,
  options: QueryOptions = {},
): Promise<LogsPage> {
  const startedMs = performance.now();
  const nowMs = options.nowMs ?? Date.now();
  const digest = selectionDigest(scope, query);
  const cursor = typeof query.cursor === 'string' ? readCursor(digest, query.cursor) : undefined;
  if (cursor === null)
    throw invalid(
      'cursor',
      'is not a cursor of this selection: send the same body that the page before was asked with',
    );
  const anchorMs = cursor?.firstPageAtMs ?? nowMs;
  const range = resolveRange(query, anchorMs);
  const visible = narrowScope(scope, query.projectId);
  const pageOf = (some: TimeRange, settings: ClickHouseSettings): Promise<Page> => {
    const at = { anchorMs, visibleAtMs: visibleAtOfPage(anchorMs, nowMs) };
    const after = cursor === undefined ? sql`` : sql` AND ${behind(cursor.after, query.sort)}`;
    const select = sql`SELECT ${ROW_COLUMNS} ${selectedLogs(visible, query, some, at)}${after} ${ordered(query.sort)} LIMIT ${bound('UInt32', query.limit + 1)}`;
    return readPage(query.limit, runSelect<StoredRow>(client, select, options, settings));
  };
  let page: Page = { rows: [], more: false };
  if (visible.projectIds.length > 0) {
    const latest = latestOf(query, range, cursor?.after.timestampNanos ?? range.to ?? BigInt(nowMs) * 1_000_000n);
    if (latest !== null) page = await pageOf(latest, LATEST);
    if (!page.more) page = await pageOf(range, searchSettings(query.search));
  }
  const data = page.rows.map(toLogRow);
  const last = data.at(-1);
  return {
    data,
    nextCursor: page.more && last !== undefined ? writeCursor(digest, anchorMs, last.id) : null,
    meta: { elapsedMs: Math.round(performance.now() - startedMs) },
  };
}

interface Page {
  readonly rows: readonly StoredRow[];
  /** There is at least one after them. */
  readonly more: boolean;
}

/** Takes rows up to the page's limits. The answer is read to its end where that is near: else its connection were closed. */
async function readPage(limit: number, found: AsyncIterable<{ row: StoredRow; text: string }>): Promise<Page> {
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

/**
 * The last of the range, where a page of the latest logs may well lie in it: what is searched for or filtered may be rare.
 * A page that does not end in it says nothing.
 */
function latestOf({ sort, search, filters }: LogsQuery, { from, to }: TimeRange, endNanos: bigint): TimeRange | null {
  const begin = endNanos - LATEST_NANOS;
  return sort === 'desc' && search === undefined && filters.length === 0 && begin > from ? { from: begin, to } : null;
}

function ordered(sort: LogsQuery['sort']): Sql {
  return sort === 'desc'
    ? sql`ORDER BY timestamp DESC, batch_id DESC, ordinal DESC`
    : sql`ORDER BY timestamp ASC, batch_id ASC, ordinal ASC`;
}

/** Rows that come after a position. The comparison of timestamps alone is there for the primary key. */
function behind({ timestampNanos, batchId, ordinal }: LogPosition, sort: LogsQuery['sort']): Sql {
  const at = nanosTime(timestampNanos);
  const position = sql`tuple(${at}, ${bound('UUID', batchId)}, ${bound('UInt32', ordinal)})`;
  return sort === 'desc'
    ? sql`timestamp <= ${at} AND tuple(timestamp, batch_id, ordinal) < ${position}`
    : sql`timestamp >= ${at} AND tuple(timestamp, batch_id, ordinal) > ${position}`;
}
