// A page's cursor: where the next one begins, and which selection it belongs to. It carries no authority.
import { createHash } from 'node:crypto';
import type { LogsQuery } from '@sazabi/contract';
import { LOG_ID_BYTES, type LogPosition, readLogIdBytes } from './log-id.ts';
import type { LogScope } from './log-scope.ts';

const VERSION = 1;
const DIGEST_BYTES = 16;
const AT_BYTES = 6;
const AT_OFFSET = 1 + DIGEST_BYTES;
const ID_OFFSET = AT_OFFSET + AT_BYTES;
const CURSOR_BYTES = ID_OFFSET + LOG_ID_BYTES;

export interface Cursor {
  /** Time of the first page: relative times are resolved by it, so that they do not move from page to page. */
  readonly firstPageAtMs: number;
  /** The last row that was seen. */
  readonly after: LogPosition;
}

/** What makes two requests pages of one list: everything but `limit` and `cursor`, and whose logs it is about. */
export function selectionDigest(scope: LogScope, query: LogsQuery): Buffer {
  const { projectId, from, to, search, filters, sort } = query;
  const selection = [
    scope.organizationId,
    scope.mode,
    projectId?.toLowerCase(),
    from,
    to,
    search?.mode,
    search?.query,
    sort,
  ];
  const conditions = filters.map((filter) => [filter.field, filter.op, 'value' in filter ? filter.value : null]);
  return createHash('sha256')
    .update(JSON.stringify([selection, conditions]))
    .digest()
    .subarray(0, DIGEST_BYTES);
}

/** `lastId` is the id of the page's last row. */
export function writeCursor(digest: Buffer, firstPageAtMs: number, lastId: string): string {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt8(VERSION, 0);
  digest.copy(bytes, 1);
  bytes.writeUIntBE(firstPageAtMs, AT_OFFSET, AT_BYTES);
  Buffer.from(lastId, 'base64url').copy(bytes, ID_OFFSET);
  return bytes.toString('base64url');
}

/** The cursor, or null for one that is malformed or of another selection. */
export function readCursor(digest: Buffer, text: string): Cursor | null {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== CURSOR_BYTES || bytes.toString('base64url') !== text || bytes.readUInt8(0) !== VERSION)
    return null;
  if (!bytes.subarray(1, AT_OFFSET).equals(digest)) return null;
  const after = readLogIdBytes(bytes.subarray(ID_OFFSET));
  return after === null ? null : { firstPageAtMs: bytes.readUIntBE(AT_OFFSET, AT_BYTES), after };
}
