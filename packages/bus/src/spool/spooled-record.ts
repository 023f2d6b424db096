// A record in the spool: the record and the partition it was made for, which it keeps.
import { BusError, type BusRecord, type NewRecord, type Offset } from '../bus.ts';

/** Beside the record's own headers, and taken off before it is sent on. */
const PARTITION_HEADER = 'spool_partition';

export interface Spooled {
  /** In the spool. */
  readonly offset: Offset;
  /** In the target. */
  readonly partition: number;
  readonly record: NewRecord;
}

/** The record as it is spooled; its value is not copied. */
export function spooledForm(partition: number, record: NewRecord): NewRecord {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(partition);
  return { headers: new Map(record.headers).set(PARTITION_HEADER, bytes), value: record.value };
}

/** @throws BusError 'unavailable' when the spool was written by something else */
export function spooledOf({ offset, headers, value }: BusRecord): Spooled {
  const own = new Map(headers);
  const partition = own.get(PARTITION_HEADER);
  if (partition?.byteLength !== 4) throw new BusError('unavailable', 'A record in the spool has no partition.');
  own.delete(PARTITION_HEADER);
  return {
    offset,
    partition: Buffer.from(partition.buffer, partition.byteOffset, 4).readUInt32BE(),
    record: { headers: own, value },
  };
}

/** A copy that is the caller's own. */
export function copyOf(record: NewRecord): NewRecord {
  const headers = new Map<string, Uint8Array>();
  for (const [name, value] of record.headers) headers.set(name, Uint8Array.from(value));
  return { headers, value: Uint8Array.from(record.value) };
}

/** Bytes of value and headers, for limits of what is sent at once. */
export function recordBytes(record: NewRecord): number {
  let bytes = record.value.byteLength;
  for (const [name, value] of record.headers) bytes += name.length + value.byteLength;
  return bytes;
}
