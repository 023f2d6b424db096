// POST /logs/query: a page of logs in one total order, with a cursor to the next.
import type { ClickHouseClient } from '@clickhouse/client';
import type { LogRow, LogsQuery } from '@sazabi/contract';
import { readCursor, selectionDigest, writeCursor } from './cursor.ts';
import type { LogPosition } from './log-id.ts';
import { ROW_COLUMNS, ROW_SOURCE, type StoredRow, toLogRow } from './log-row.ts';
import { type LogScope, narrowScope, visibleAtOfPage } from './log-scope.ts';
import { type QueryOptions, runSelect } from './run-select.ts';
import { invalid, nanosTime, resolveRange, selectedLogs } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';

/** A page ends early past this many bytes of rows: a thousand logs of 256 KiB are more than one answer should hold. */
export const PAGE_BYTES_MAX = 16 * 1024 * 1024;

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
  const page: { rows: StoredRow[]; more: boolean } = { rows: [], more: false };
  if (visible.projectIds.length > 0) {
    const selected = selectedLogs(visible, query, range, {
      anchorMs,
      visibleAtMs: visibleAtOfPage(anchorMs, nowMs),
    });
    const after = cursor === undefined ? sql`` : sql` AND ${behind(cursor.after, query.sort)}`;
    const order = ordered(query.sort);
    const rows = sql`SELECT ${ROW_SOURCE} ${selected}${after} ${order} LIMIT ${bound('UInt32', query.limit + 1)}`;
    const select = sql`SELECT ${ROW_COLUMNS} FROM (${rows}) ${order}`;
    await fillPage(page, query.limit, runSelect<StoredRow>(client, select, options));
  }
  const last = page.rows.at(-1);
  return {
    data: page.rows.map(toLogRow),
    nextCursor: page.more && last !== undefined ? writeCursor(digest, anchorMs, last.log_id) : null,
    meta: { elapsedMs: Math.round(performance.now() - startedMs) },
  };
}

/** Takes rows up to the page's limits; `more` tells that there is at least one after them. */
async function fillPage(
  page: { rows: StoredRow[]; more: boolean },
  limit: number,
  rows: AsyncIterable<{ row: StoredRow; text: string }>,
): Promise<void> {
  let bytes = 0;
  for await (const { row, text } of rows) {
    page.more = page.rows.length === limit || (bytes > 0 && bytes + text.length > PAGE_BYTES_MAX);
    if (page.more) return;
    page.rows.push(row);
    bytes += text.length;
  }
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
