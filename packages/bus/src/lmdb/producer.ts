// Appends records: offsets, the bound of what is kept, group commit, and the doorbell for readers.
import { BusError, type BusProducer, type NewRecord } from '../bus.ts';
import type { Doorbell } from './doorbell.ts';
import type { Store } from './environment.ts';
import { APPEND_DEADLINE_MS, RECLAIM_INTERVAL_MS } from './limits.ts';
import { committedPosition } from './position.ts';
import { createReclaimer, type ReclaimSettings } from './reclaim.ts';
import { encodeFrame } from './record-frame.ts';
import { encodeRecordKey } from './record-key.ts';
import { checkPartition, firstRecord, lastRecord } from './records.ts';
import { writeFailure } from './write-failure.ts';

/** Values above about half a page lie on pages of their own; smaller ones share pages. */
const PAGE_BYTES = 4096;
const INLINE_BYTES_MAX = 1900;
const ENTRY_BYTES = 48;

export interface LmdbProducer extends BusProducer {
  /** Whether a record of ordinary size would be taken now. */
  hasRoom(): boolean;
  /** Whether the last write met a full disk. */
  readonly diskFull: boolean;
}

interface Tail {
  offset: number;
  bytes: number;
}

interface Pending {
  readonly sinceMs: number;
  readonly reject: (error: BusError) => void;
}

/** The stores and the doorbell belong to the caller; close the producer before them. */
export function createProducer(
  records: Store,
  positions: Store,
  doorbell: Doorbell,
  settings: ReclaimSettings,
): LmdbProducer {
  const reclaimer = createReclaimer(records, positions, settings, () => performance.now());
  const tail = tailOf(records, positions);
  const pending = new Set<Pending>();
  const writing = new Set<Promise<void>>();
  let bytesInFlight = 0;
  let diskFull = false;
  let closed = false;

  const earliestBytes = () => firstRecord(records, 0)?.startBytes ?? tail.bytes;
  let keptFromBytes = earliestBytes();

  const fits = (sizeBytes: number) => tail.bytes - keptFromBytes + sizeBytes <= settings.bytesMax;
  const makeRoom = async (sizeBytes: number) => {
    await reclaimer.run(sizeBytes);
    keptFromBytes = earliestBytes();
    // The newest record outlives its consumption; it alone never keeps the next one out.
    if (!fits(sizeBytes) && (committedPosition(positions) ?? 0) < tail.offset) throw full(settings.bytesMax);
  };

  const write = async (frame: Buffer) => {
    const sizeBytes = storedBytes(frame.byteLength);
    if (!fits(sizeBytes)) await makeRoom(sizeBytes);
    for (;;) {
      const key = { offset: tail.offset, startBytes: tail.bytes, sizeBytes, appendedAtMs: Date.now() };
      tail.offset += 1;
      tail.bytes += sizeBytes;
      try {
        // `append` stores only behind the newest record, so offsets grow in the order of commits whoever else writes.
        if (await records.put(encodeRecordKey(key), frame, { append: true })) break;
        moveTail(tail, tailOf(records, positions));
      } catch (error) {
        tail.bytes -= sizeBytes;
        const failure = await writeFailure(error);
        diskFull = failure.failure === 'full';
        throw failure;
      }
    }
    diskFull = false;
    doorbell.ring();
  };

  const append = (frame: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const entry: Pending = { sinceMs: performance.now(), reject };
      pending.add(entry);
      bytesInFlight += frame.byteLength;
      const written = write(frame)
        .then(resolve, reject)
        .finally(() => {
          bytesInFlight -= frame.byteLength;
          pending.delete(entry);
          writing.delete(written);
        });
      writing.add(written);
    });

  const tick = setInterval(() => {
    rejectOverdue(pending);
    reclaimer.run(0).then(
      () => {
        keptFromBytes = earliestBytes();
      },
      () => undefined, // A failed deletion is tried again at the next tick; appends tell what is wrong with the disk.
    );
  }, RECLAIM_INTERVAL_MS).unref();

  return {
    partitions: 1,
    get bytesInFlight() {
      return bytesInFlight;
    },
    get diskFull() {
      return diskFull;
    },
    hasRoom: () => fits(PAGE_BYTES) || (committedPosition(positions) ?? 0) > keptFromBytes,
    async append(partition: number, record: NewRecord) {
      checkPartition(partition);
      if (closed) throw new BusError('closed', 'The bus is closed.');
      await append(encodeFrame(record));
    },
    async close() {
      closed = true;
      clearInterval(tick);
      await Promise.all(writing);
      await reclaimer.run(0).catch(() => undefined);
    },
  };
}

/** Disk bytes that a frame takes, near enough to bound the file by them. */
function storedBytes(frameBytes: number): number {
  if (frameBytes <= INLINE_BYTES_MAX) return frameBytes + ENTRY_BYTES;
  return Math.ceil((frameBytes + ENTRY_BYTES) / PAGE_BYTES) * PAGE_BYTES;
}

/**
 * Where the next record goes: behind the newest, and never in front of the committed position, which would hide it (the
 * records' folder was deleted or set back to an older copy, the position's was not). A new store begins at a number made
 * from the time, so that offsets of a deleted bus do not come again.
 */
function tailOf(records: Store, positions: Store): Tail {
  const last = lastRecord(records);
  const behindNewest = last === null ? Date.now() * 1000 : last.offset + 1;
  return {
    offset: Math.max(behindNewest, committedPosition(positions) ?? 0),
    bytes: last === null ? 0 : last.startBytes + last.sizeBytes,
  };
}

function moveTail(tail: Tail, found: Tail): void {
  tail.offset = Math.max(tail.offset, found.offset);
  tail.bytes = Math.max(tail.bytes, found.bytes);
}

function rejectOverdue(pending: ReadonlySet<Pending>): void {
  for (const entry of pending) {
    if (performance.now() - entry.sinceMs < APPEND_DEADLINE_MS) return;
    entry.reject(new BusError('unavailable', `The bus has not been written for ${APPEND_DEADLINE_MS / 1000} s.`));
  }
}

function full(bytesMax: number): BusError {
  return new BusError('full', `The bus holds ${bytesMax} bytes that are not consumed yet, its limit.`);
}
