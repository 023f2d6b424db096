// Reading the stored records: extent, ranges, and waiting for the next one.
import { BusError, type BusRecord, type Offset, type ReadOptions } from '../bus.ts';
import type { DoorbellListener } from './doorbell.ts';
import type { Store } from './environment.ts';
import { decodeFrame } from './record-frame.ts';
import { decodeRecordKey, firstKeyFrom, type RecordKey } from './record-key.ts';

/** LMDB has one partition. */
export const PARTITION = 0;

/** @throws RangeError for any partition but 0: a mistake of the caller, not a state of the bus */
export function checkPartition(partition: number): void {
  if (partition !== PARTITION) throw new RangeError(`The LMDB bus has partition 0 alone, not ${partition}.`);
}

/** The first record from `offset` on, or null. */
export function firstRecord(store: Store, offset: Offset): RecordKey | null {
  return keyOf(store, { start: firstKeyFrom(offset), limit: 1 });
}

/** The newest record, or null where none was ever stored. */
export function lastRecord(store: Store): RecordKey | null {
  return keyOf(store, { reverse: true, end: firstKeyFrom(0), limit: 1 });
}

/** Earliest kept offset, and one past the newest; equal where nothing was ever stored. */
export function extentOf(store: Store): { earliest: Offset; next: Offset } {
  const last = lastRecord(store);
  if (last === null) return { earliest: 0, next: 0 };
  return { earliest: firstRecord(store, 0)?.offset ?? last.offset, next: last.offset + 1 };
}

/** What lies in front of the consumer. */
export interface Backlog {
  readonly records: number;
  /** Disk bytes. */
  readonly bytes: number;
  /** When the oldest was appended; null where there is none. */
  readonly oldestAtMs: number | null;
}

/** The records from `from` on, counted by their offsets: a few more than there are where appends have failed. */
export function backlogFrom(store: Store, from: Offset): Backlog {
  const first = firstRecord(store, from);
  const last = lastRecord(store);
  if (first === null || last === null) return { records: 0, bytes: 0, oldestAtMs: null };
  return {
    records: last.offset + 1 - first.offset,
    bytes: last.startBytes + last.sizeBytes - first.startBytes,
    oldestAtMs: first.appendedAtMs,
  };
}

/** Reads what is there, without waiting. */
export function readStored(store: Store, from: Offset, options: ReadOptions): BusRecord[] {
  const records: BusRecord[] = [];
  let bytes = 0;
  freshSnapshot(store);
  for (const { key, value } of store.getRange({ start: firstKeyFrom(from), limit: options.recordsMax })) {
    const { offset, appendedAtMs } = decodeRecordKey(key);
    const record = { partition: PARTITION, offset, appendedAtMs, ...decodeFrame(value) };
    bytes += record.value.byteLength;
    if (bytes > options.bytesMax && records.length > 0) break;
    records.push(record);
  }
  return records;
}

export interface ReadableStore {
  readonly records: Store;
  /** @throws BusError 'unavailable' when the store's files are not the ones in its folder any more */
  checkPresent(): void;
}

/** Reads; waits for a first record where there is none. `closed` ends the wait and makes later reads fail. */
export async function readWaiting(
  store: ReadableStore,
  listener: DoorbellListener,
  from: Offset,
  options: ReadOptions,
  closed: AbortSignal,
): Promise<readonly BusRecord[]> {
  const signals = options.signal === undefined ? [closed] : [closed, options.signal];
  const deadlineMs = performance.now() + options.waitMs;
  for (;;) {
    if (closed.aborted) throw new BusError('closed', 'The bus is closed.');
    store.checkPresent();
    // Taken before looking: a record that comes between the look and the wait has rung by then.
    const heard = listener.heard();
    const records = readStored(store.records, from, options);
    const leftMs = deadlineMs - performance.now();
    if (records.length > 0 || leftMs <= 0 || options.signal?.aborted === true) return records;
    await listener.heardSince(heard, leftMs, signals);
    if (closed.aborted) return [];
  }
}

/** LMDB reads one snapshot per turn of the event loop; this begins a new one, to see what others have committed. */
export function freshSnapshot(store: Store): void {
  store.resetReadTxn();
}

function keyOf(
  store: Store,
  range: { start?: Buffer; end?: Buffer; reverse?: boolean; limit: number },
): RecordKey | null {
  freshSnapshot(store);
  for (const key of store.getKeys(range)) return decodeRecordKey(key);
  return null;
}
