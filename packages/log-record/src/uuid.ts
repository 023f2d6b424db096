// UUIDs as 16 bytes in text order: version 7 for records, version 8 for requests that may be repeated.
import { hash, randomFillSync } from 'node:crypto';
import type { Mode } from '@sazabi/contract';

export const UUID_BYTES = 16;
const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;

function stamp(id: Buffer, version: number): Buffer {
  id[VERSION_BYTE] = (id.readUInt8(VERSION_BYTE) & 0x0f) | (version << 4);
  id[VARIANT_BYTE] = (id.readUInt8(VARIANT_BYTE) & 0x3f) | 0x80;
  return id;
}

/** Random bytes are asked of the system 4 KiB at a time: a call for ten of them takes 0.6 µs. */
const pool = Buffer.alloc(4096);
let poolAt = pool.length;

function takeRandom(length: number): Buffer {
  if (poolAt + length > pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += length;
  return pool.subarray(poolAt - length, poolAt);
}

/** A new UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then 74 random bits; ids of one millisecond have no order. */
export function newUuidV7(nowMs: number = Date.now()): Uint8Array {
  const id = Buffer.alloc(UUID_BYTES);
  id.set(takeRandom(UUID_BYTES - 6), 6);
  id.writeUIntBE(nowMs, 0, 6);
  return stamp(id, 7);
}

/**
 * The id of a request that came with an Idempotency-Key: UUIDv8 (RFC 9562, 5.8) of SHA-256 over project, mode and key,
 * so that a repeat has the same id wherever it arrives. `projectId` is UUID text.
 */
export function requestIdOf(projectId: string, mode: Mode, idempotencyKey: string): Uint8Array {
  const digest = hash('sha256', `${projectId.toLowerCase()}\n${mode}\n${idempotencyKey}`, 'buffer');
  return stamp(digest.subarray(0, UUID_BYTES), 8);
}

/** Whose rows of which record: what is kept of a record that was refused, and sent again, is told apart by this. */
export interface RowsOfRecord {
  /** UUID text, all lower case. */
  readonly recordId: string;
  readonly projectId: string;
  readonly mode: string;
}

/** The id of the dead letter of these rows: the same whoever buries the record. UUIDv8 (RFC 9562, 5.8). */
export function letterIdOf({ recordId, projectId, mode }: RowsOfRecord): Uint8Array {
  return derivedId(`dead letter\n${recordId}\n${projectId}\n${mode}`);
}

/** The id of the record that these rows are sent again in, for the `count`th time (1, 2, …): a repeat of that has it too. */
export function replayIdOf({ recordId, projectId, mode }: RowsOfRecord, count: number): Uint8Array {
  return derivedId(`replay\n${recordId}\n${projectId}\n${mode}\n${count}`);
}

function derivedId(text: string): Uint8Array {
  return stamp(hash('sha256', text, 'buffer').subarray(0, UUID_BYTES), 8);
}

/** The lower-case text form of 16 bytes. */
export function uuidToText(id: Uint8Array): string {
  const hex = Buffer.from(id.buffer, id.byteOffset, UUID_BYTES).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID's text form. @throws TypeError when it is none: callers pass ids that were validated before. */
export function uuidFromText(text: string): Uint8Array {
  if (!UUID_TEXT.test(text)) throw new TypeError(`not a UUID: ${JSON.stringify(text.slice(0, 64))}`);
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
