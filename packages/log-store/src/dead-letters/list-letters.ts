// GET /dead-letters: letters that wait, newest first, page by page.
import type { ClickHouseClient } from '@clickhouse/client';
import { type LogScope, narrowScope, scopedProjects } from '../query/log-scope.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { invalid } from '../query/selection.ts';
import { bound, type Sql, sql } from '../query/sql.ts';
import { LETTER_COLUMNS, type Letter, type StoredLetter, toLetter } from './letter.ts';
import { standing } from './standing.ts';

export interface LettersQuery {
  readonly projectId?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface LettersPage {
  readonly letters: readonly Letter[];
  readonly nextCursor: string | null;
}

const TIME_BYTES = 6;
const CURSOR_BYTES = TIME_BYTES + 16;

/** @throws ContractError VALIDATION_ERROR (cursor), QUERY_TIMEOUT, SERVICE_UNAVAILABLE */
export async function listLetters(
  client: ClickHouseClient,
  scope: LogScope,
  query: LettersQuery,
  options: QueryOptions = {},
): Promise<LettersPage> {
  const visible = narrowScope(scope, query.projectId);
  const after = behind(query.cursor);
  if (visible.projectIds.length === 0) return { letters: [], nextCursor: null };
  return pageOfLetters(client, sql`${scopedProjects(visible)}${after}`, query.limit, options);
}

/** Letters that wait and that `condition` holds for. */
export async function pageOfLetters(
  client: ClickHouseClient,
  condition: Sql,
  limit: number,
  options: QueryOptions,
): Promise<LettersPage> {
  const select = sql`SELECT ${LETTER_COLUMNS} FROM dead_letters FINAL
WHERE ${condition} AND ${standing(options.nowMs ?? Date.now())}
ORDER BY dead_at DESC, id DESC LIMIT ${bound('UInt32', limit + 1)}`;
  const rows: StoredLetter[] = [];
  for await (const { row } of runSelect<StoredLetter>(client, select, options)) rows.push(row);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    letters: shown.map(toLetter),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last) : null,
  };
}

function writeCursor({ dead_ms, letter }: StoredLetter): string {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUIntBE(Number(dead_ms), 0, TIME_BYTES);
  bytes.write(letter.replaceAll('-', ''), TIME_BYTES, 'hex');
  return bytes.toString('base64url');
}

/** The condition for what comes after the page that gave this cursor; it carries no authority. */
function behind(cursor: string | undefined): Sql {
  if (cursor === undefined) return sql``;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== CURSOR_BYTES || bytes.toString('base64url') !== cursor)
    throw invalid('cursor', 'is no nextCursor of this list');
  const hex = bytes.toString('hex', TIME_BYTES);
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  const atMs = bytes.readUIntBE(0, TIME_BYTES);
  return sql` AND tuple(dead_at, id) < tuple(fromUnixTimestamp64Milli(${bound('Int64', BigInt(atMs))}, 'UTC'), ${bound('UUID', id)})`;
}
