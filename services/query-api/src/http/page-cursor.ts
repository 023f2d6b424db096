// Cursors of lists: the last id of the page before, opaque to clients. It carries no authority.
import { invalid } from './validation.ts';

const ID_BYTES = 16;

/** @throws ContractError VALIDATION_ERROR for what is no cursor of ours */
export function readCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== ID_BYTES || bytes.toString('base64url') !== cursor) {
    const issue = { path: 'cursor', message: 'is no nextCursor of this list' };
    throw invalid([issue], 'The query is not as documented: cursor is no nextCursor of this list.');
  }
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * One page of `rows`, of which one more than `limit` was asked for, so that the last page is known as such.
 */
export function pageOf<Row extends { readonly id: string }, Shown>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Shown,
): { data: Shown[]; nextCursor: string | null; error: null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    rows.length > limit && last !== undefined
      ? Buffer.from(last.id.replaceAll('-', ''), 'hex').toString('base64url')
      : null;
  return { data: shown.map(show), nextCursor, error: null };
}
