// The key of a stored record: its offset, and beside it what retention and lag need, so that they never read values.
import type { Offset } from '../bus.ts';

const KEY_BYTES = 26;
const TWO_32 = 2 ** 32;

export interface RecordKey {
  readonly offset: Offset;
  /** Disk bytes of all records before it, since the store was made. */
  readonly startBytes: number;
  /** Disk bytes of this record. */
  readonly sizeBytes: number;
  readonly appendedAtMs: number;
}

/** Big-endian, so that LMDB's byte order is the order of offsets: offset 8, start 8, size 4, time 6 bytes. */
export function encodeRecordKey(key: RecordKey): Buffer {
  const bytes = Buffer.allocUnsafe(KEY_BYTES);
  writeSafeInteger(bytes, key.offset, 0);
  writeSafeInteger(bytes, key.startBytes, 8);
  bytes.writeUInt32BE(key.sizeBytes, 16);
  bytes.writeUIntBE(key.appendedAtMs, 20, 6);
  return bytes;
}

/** @throws RangeError when the bytes are no record key: the store was written by something else */
export function decodeRecordKey(bytes: Buffer | Uint8Array): RecordKey {
  if (bytes.byteLength !== KEY_BYTES) throw new RangeError(`a record key of ${bytes.byteLength} bytes`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    offset: readSafeInteger(buffer, 0),
    startBytes: readSafeInteger(buffer, 8),
    sizeBytes: buffer.readUInt32BE(16),
    appendedAtMs: buffer.readUIntBE(20, 6),
  };
}

/** The least key of `offset` or any later one: where a range begins or (exclusively) ends. Offset 0 is none of a record. */
export function firstKeyFrom(offset: Offset): Buffer {
  const bytes = Buffer.alloc(8);
  writeSafeInteger(bytes, Math.max(offset, 1), 0);
  return bytes;
}

function writeSafeInteger(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / TWO_32), at);
  bytes.writeUInt32BE(value % TWO_32, at + 4);
}

function readSafeInteger(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4);
}
