// The key of a stored record: its offset, and beside it what retention and lag need, so that they never read values.
import type { Offset } from '../bus.ts';

const KEY_BYTES = 24;
const TWO_32 = 2 ** 32;

export interface RecordKey {
  readonly offset: Offset;
  /** Disk bytes of all records before it, since the store was made. */
  readonly startBytes: number;
  /** Disk bytes of this record. */
  readonly sizeBytes: number;
  readonly appendedAtMs: number;
}

/** Big-endian, so that LMDB's byte order is the order of offsets: offset 8, start 6, size 4, time 6 bytes. */
export function encodeRecordKey(key: RecordKey): Buffer {
  const bytes = Buffer.allocUnsafe(KEY_BYTES);
  writeOffset(bytes, key.offset);
  bytes.writeUIntBE(key.startBytes, 8, 6);
  bytes.writeUInt32BE(key.sizeBytes, 14);
  bytes.writeUIntBE(key.appendedAtMs, 18, 6);
  return bytes;
}

/** @throws RangeError when the bytes are no record key: the store was written by something else */
export function decodeRecordKey(bytes: Buffer | Uint8Array): RecordKey {
  if (bytes.byteLength !== KEY_BYTES) throw new RangeError(`a record key of ${bytes.byteLength} bytes`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    offset: buffer.readUInt32BE(0) * TWO_32 + buffer.readUInt32BE(4),
    startBytes: buffer.readUIntBE(8, 6),
    sizeBytes: buffer.readUInt32BE(14),
    appendedAtMs: buffer.readUIntBE(18, 6),
  };
}

/** The least key of `offset` or any later one: where a range begins or (exclusively) ends. */
export function firstKeyFrom(offset: Offset): Buffer {
  const bytes = Buffer.alloc(8);
  writeOffset(bytes, offset);
  return bytes;
}

function writeOffset(bytes: Buffer, offset: Offset): void {
  bytes.writeUInt32BE(Math.floor(offset / TWO_32), 0);
  bytes.writeUInt32BE(offset % TWO_32, 4);
}
