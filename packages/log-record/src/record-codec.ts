// The bus record of one block: a zstd frame as value, and headers that say of it what a consumer must know without decoding.
import { REQUEST_IDS_MAX, type RecordMeta } from './record-meta.ts';
import { UUID_BYTES } from './uuid.ts';
import { xxh } from './xxh64.ts';

export type RecordHeaders = ReadonlyMap<string, Uint8Array>;

export interface EncodedRecord {
  readonly headers: RecordHeaders;
  readonly value: Uint8Array;
}

export type DecodedRecord =
  | { readonly ok: true; readonly meta: RecordMeta; readonly frame: Uint8Array }
  | { readonly ok: false; readonly reason: string };

const SCHEMA = '1';
const CHECKSUM = 'xxh64';
/** Numbers are decimal text, ids are bytes. The order is that of the checksum. */
const NAMES = ['schema', 'batch_id', 'rows', 'own_rows', 'expires_on', 'request_ids'] as const;
const DECIMAL = /^(0|[1-9][0-9]{0,9})$/;
const UINT32_MAX = 0xffff_ffff;
/** The last day of ClickHouse's Date. */
const DAY_MAX = 65_535;

/** xxh64 of the frame, seeded with that of the headers one after another: it covers both. Eight bytes, big endian. */
function checksumOf(headers: RecordHeaders, frame: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const name of NAMES) {
    const bytes = headers.get(name) ?? new Uint8Array(0);
    parts.push(Buffer.from(`${name}=${bytes.byteLength}:`), bytes);
  }
  const sum = Buffer.alloc(8);
  sum.writeBigUInt64BE(xxh.h64Raw(frame, xxh.h64Raw(Buffer.concat(parts))));
  return sum;
}

/**
 * The record for the bus. `frame` is the zstd frame of the block; it becomes the value as it is, uncopied.
 * @throws RangeError when the meta contradicts itself: nothing the consumer would refuse may be acknowledged.
 */
export function encodeRecord(meta: RecordMeta, frame: Uint8Array): EncodedRecord {
  const problem = problemOf(meta);
  if (problem !== null) throw new RangeError(problem);
  const headers = new Map<string, Uint8Array>([
    ['schema', Buffer.from(SCHEMA)],
    ['batch_id', Uint8Array.from(meta.batchId)],
    ['rows', Buffer.from(String(meta.rows))],
    ['own_rows', Buffer.from(String(meta.ownRows))],
    ['expires_on', Buffer.from(String(meta.expiresOnDay))],
    ['request_ids', Buffer.concat(meta.requestIds)],
  ]);
  headers.set(CHECKSUM, checksumOf(headers, frame));
  return { headers, value: frame };
}

/** What a record says of itself, or why it cannot be trusted: every header and the checksum are verified. Never throws. */
export function decodeRecord(record: { headers: RecordHeaders; value: Uint8Array }): DecodedRecord {
  const { headers, value } = record;
  for (const name of [...NAMES, CHECKSUM]) {
    if (!headers.has(name)) return { ok: false, reason: `header ${name} is missing` };
  }
  const checksum = headers.get(CHECKSUM) ?? new Uint8Array(0);
  if (!Buffer.from(checksumOf(headers, value)).equals(checksum)) {
    return { ok: false, reason: 'checksum xxh64 does not match headers and value' };
  }
  const schema = textOf(headers, 'schema');
  if (schema !== SCHEMA) return { ok: false, reason: `schema ${JSON.stringify(schema.slice(0, 32))} is not known` };
  const meta: RecordMeta = {
    batchId: headers.get('batch_id') ?? new Uint8Array(0),
    rows: numberOf(headers, 'rows'),
    ownRows: numberOf(headers, 'own_rows'),
    expiresOnDay: numberOf(headers, 'expires_on'),
    requestIds: splitIds(headers.get('request_ids') ?? new Uint8Array(0)),
  };
  const problem = problemOf(meta);
  return problem === null ? { ok: true, meta, frame: value } : { ok: false, reason: problem };
}

function textOf(headers: RecordHeaders, name: string): string {
  return Buffer.from(headers.get(name) ?? new Uint8Array(0)).toString('latin1');
}

/** A decimal header's number; NaN (refused by `problemOf`) where it is none. */
function numberOf(headers: RecordHeaders, name: string): number {
  const text = textOf(headers, name);
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}

function splitIds(bytes: Uint8Array): Uint8Array[] {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += UUID_BYTES) ids.push(bytes.subarray(at, at + UUID_BYTES));
  return ids;
}

function inRange(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function problemOf(meta: RecordMeta): string | null {
  if (meta.batchId.byteLength !== UUID_BYTES) return `batch_id has ${meta.batchId.byteLength} bytes, not ${UUID_BYTES}`;
  if (!inRange(meta.rows, UINT32_MAX) || meta.rows === 0) return 'rows is not a count of 1 or more';
  if (!inRange(meta.ownRows, meta.rows)) return 'own_rows is not a count within rows';
  if (!inRange(meta.expiresOnDay, DAY_MAX)) return 'expires_on is not a day';
  if (meta.requestIds.length > REQUEST_IDS_MAX) return `more than ${REQUEST_IDS_MAX} request ids`;
  const seen = new Set<string>();
  for (const id of meta.requestIds) {
    if (id.byteLength !== UUID_BYTES) return `a request id has ${id.byteLength} bytes, not ${UUID_BYTES}`;
    const text = Buffer.from(id).toString('latin1');
    if (seen.has(text)) return 'a request id stands twice';
    seen.add(text);
  }
  // A consumer takes a record for stored when it finds its ids among the rows: an id without rows it would seek for ever.
  const othersRows = meta.rows - meta.ownRows;
  if (othersRows < meta.requestIds.length) return 'fewer rows than requests';
  if (meta.requestIds.length === 0 && othersRows > 0) return 'rows without an owner';
  return null;
}
