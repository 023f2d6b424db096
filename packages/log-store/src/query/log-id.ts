// A log's public id: base64url of timestamp (8 bytes, nanoseconds), batch id (16) and ordinal (4), big-endian.
import { type Sql, sql } from './sql.ts';

export const LOG_ID_BYTES = 28;
const ORDINAL_AT = 24;

/** The position of a row in the total order of queries. */
export interface LogPosition {
  readonly timestampNanos: bigint;
  /** UUID text. */
  readonly batchId: string;
  readonly ordinal: number;
}

/** The id of a row, made by ClickHouse: one place and one form for rows, filters and groups. */
export const LOG_ID: Sql = sql`base64URLEncode(unhex(concat(leftPad(hex(toUnixTimestamp64Nano(timestamp)), 16, '0'), replaceAll(toString(batch_id), '-', ''), leftPad(hex(ordinal), 8, '0'))))`;

/** The same of a row that ClickHouse has not. */
export function logIdOf({ timestampNanos, batchId, ordinal }: LogPosition): string {
  const bytes = Buffer.alloc(LOG_ID_BYTES);
  bytes.writeBigInt64BE(timestampNanos, 0);
  bytes.write(batchId.replaceAll('-', ''), 8, 'hex');
  bytes.writeUInt32BE(ordinal, ORDINAL_AT);
  return bytes.toString('base64url');
}

/** The position that an id names; null for a text that no row's id can be. */
export function readLogId(id: string): LogPosition | null {
  const bytes = Buffer.from(id, 'base64url');
  // Buffer skips what is not base64url: only the one text that encodes these bytes is the id.
  if (bytes.length !== LOG_ID_BYTES || bytes.toString('base64url') !== id) return null;
  return readLogIdBytes(bytes);
}

/** The same from the bytes; null where the timestamp is none that a log can have. */
export function readLogIdBytes(bytes: Buffer): LogPosition | null {
  const timestampNanos = bytes.readBigInt64BE(0);
  if (timestampNanos < 0n) return null;
  const hex = bytes.toString('hex', 8, ORDINAL_AT);
  const batchId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { timestampNanos, batchId, ordinal: bytes.readUInt32BE(ORDINAL_AT) };
}
