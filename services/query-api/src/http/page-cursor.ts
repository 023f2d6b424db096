// Lists, page by page. A cursor is the last id of the page before, opaque to clients; it carries no authority.
import { invalid } from './validation.ts';

const ID_BYTES = 16;

interface ListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What a page is read by: one row more than is shown, which tells whether it is the last; `last`: the last id that was seen. */
export interface PageRead {
  readonly limit: number;
  readonly last: string | null;
}

interface Page<Shown> {
  data: Shown[];
  nextCursor: string | null;
  error: null;
}

/**
 * One page of a list.
 * @throws ContractError VALIDATION_ERROR for a cursor that is none of ours
 */
export async function listPage<Row extends { readonly id: string }, Shown>(
  { limit, cursor }: ListQuery,
  read: (page: PageRead) => Promise<readonly Row[]>,
  show: (row: Row) => Shown,
): Promise<Page<Shown>> {
  const rows = await read({ limit: limit + 1, last: readCursor(cursor) });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(last.id) : null,
    error: null,
  };
}

function writeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== ID_BYTES || bytes.toString('base64url') !== cursor) {
    const issue = { path: 'cursor', message: 'is no nextCursor of this list' };
    throw invalid([issue], 'The query is not as documented: cursor is no nextCursor of this list.');
  }
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
