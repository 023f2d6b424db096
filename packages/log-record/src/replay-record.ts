// Dead rows sent again: a record like any other, under an id made from the old one, so that a repeat is stored once too.
import { zstdCompressSync } from 'node:zlib';
import { LARGE_LOG_BYTES, tellLargeLogs } from './large-logs.ts';
import type { NativeBlock, NativeColumn } from './native-reader.ts';
import { writeNativeBlock } from './native-writer.ts';
import { columnOf, readLogBlock } from './read-log-block.ts';
import { type EncodedRecord, encodeRecord, type RecordHeaders } from './record-codec.ts';
import { type RowsOfRecord, replayIdOf, UUID_BYTES, uuidFromText, uuidToText } from './uuid.ts';

/** What is known of rows that were refused, as their letter keeps it. */
export interface DeadRows extends RowsOfRecord {
  /** The record that the rows were first in: another than `recordId` where they have been sent again and refused again. */
  readonly originId: string;
  /** How often they have been sent again until they came into `recordId`. */
  readonly replays: number;
  /** Days since 1970-01-01 UTC. */
  readonly expiresOnDay: number;
  /** zstd frame of one Native block. */
  readonly frame: Uint8Array;
}

export interface Replay {
  /** UUID text of the new record. */
  readonly id: string;
  readonly record: EncodedRecord;
}

// Beside the headers that every record has, and not under its checksum: only letters and receipts go by them.
const ORIGIN = 'replay_of';
const COUNT = 'replays';
const COUNT_TEXT = /^[1-9][0-9]{0,8}$/;

/** The id that these rows are stored under when they are sent again; known before they are. UUID text. */
export function nextReplayId(rows: RowsOfRecord & { readonly replays: number }): string {
  return uuidToText(replayIdOf(rows, rows.replays + 1));
}

/**
 * The record that brings the rows again. Rows of requests with an id of their own keep it, the others get the new record's;
 * all keep their ordinals, so that receipts still find them. Or why the rows cannot be read. Never throws.
 */
export function replayRecord(dead: DeadRows): { ok: true; replay: Replay } | { ok: false; reason: string } {
  const read = readLogBlock(dead.frame);
  if (!read.ok) return read;
  // The letter was made after a look at the ids, which are of fixed width: only a column that is copied could be damaged.
  return { ok: true, replay: replayOf(dead, read.block) };
}

function replayOf(dead: DeadRows, block: NativeBlock): Replay {
  const id = nextReplayId(dead);
  const ids = columnOf(block, 'batch_id');
  const columns: NativeColumn[] = block.columns.map((column) =>
    column.name === 'batch_id'
      ? { name: column.name, type: column.type, values: ids.map((rowId) => (rowId === dead.recordId ? id : rowId)) }
      : column,
  );
  const requestIds = new Set(ids.filter((rowId) => rowId !== dead.recordId).map(String));
  const meta = {
    batchId: uuidFromText(id),
    rows: block.rows,
    ownRows: ids.filter((rowId) => rowId === dead.recordId).length,
    expiresOnDay: dead.expiresOnDay,
    requestIds: [...requestIds].map(uuidFromText),
  };
  const large = columnOf(block, 'bytes')
    .map(Number)
    .filter((bytes) => bytes > LARGE_LOG_BYTES)
    .reduce((sum, bytes) => sum + bytes, 0);
  const record = encodeRecord(meta, zstdCompressSync(writeNativeBlock(columns, block.rows)));
  const { headers, value } = tellLargeLogs(record, large);
  const replayHeaders: [string, Uint8Array][] = [
    [ORIGIN, uuidFromText(dead.originId)],
    [COUNT, Buffer.from(String(dead.replays + 1))],
  ];
  return { id, record: { headers: new Map([...headers, ...replayHeaders]), value } };
}

/** Where a record's rows come from: itself, unless its headers say that it is a replay. `recordId`: UUID text. */
export function originOf(
  headers: RecordHeaders,
  recordId: string,
): { readonly originId: string; readonly replays: number } {
  const origin = headers.get(ORIGIN);
  const count = Buffer.from(headers.get(COUNT) ?? new Uint8Array(0)).toString('latin1');
  if (origin?.byteLength !== UUID_BYTES || !COUNT_TEXT.test(count)) return { originId: recordId, replays: 0 };
  return { originId: uuidToText(origin), replays: Number(count) };
}
