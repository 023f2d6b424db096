// Appends records: one group commit for those that come together, a deadline, back-off on a full disk, the doorbell.
import { BusError, type BusProducer } from '../bus.ts';
import type { Doorbell } from './doorbell.ts';
import type { Store } from './environment.ts';
import { createFramePool } from './frame-pool.ts';
import { APPEND_DEADLINE_MS, RECLAIM_INTERVAL_MS, RETRY_AFTER_FAILURE_MS } from './limits.ts';
import type { ReclaimSettings } from './reclaim.ts';
import { encodeFrame } from './record-frame.ts';
import { encodeRecordKey } from './record-key.ts';
import { checkPartition } from './records.ts';
import { holdReserve, releaseReserve } from './reserve.ts';
import { createSpace, type Space, storedBytes } from './space.ts';
import { createTurn } from './turn.ts';
import { isStoreError, writeFailure } from './write-failure.ts';

export interface LmdbProducer extends BusProducer {
  /** Whether an append would be taken now: there is room, and the last write has not failed. */
  writable(): boolean;
}

/** What the producer is made of; it belongs to the caller, who closes it after the producer. */
export interface ProducerParts {
  readonly records: Store;
  readonly positions: Store;
  readonly doorbell: Doorbell;
  /** @throws BusError 'unavailable' when the store's files are not the ones in its folder any more */
  readonly checkPresent: () => void;
}

/** Starts to append, and to delete what is consumed. */
export async function createProducer(parts: ProducerParts, settings: ReclaimSettings): Promise<LmdbProducer> {
  await holdReserve(parts.records).catch((error: unknown) => writeFailure(parts.records, error));
  const space = createSpace(parts.records, parts.positions, settings, () => performance.now());
  const writer = createWriter(parts, space);
  const inFlight = createInFlight();
  const frames = createFramePool();
  let closed = false;

  const tick = setInterval(() => {
    inFlight.rejectOverdue();
    writer.maintain();
  }, RECLAIM_INTERVAL_MS).unref();

  return {
    partitions: 1,
    get bytesInFlight() {
      return inFlight.bytes();
    },
    writable: () => !writer.failing() && space.hasRoom(),
    async append(partition, record) {
      checkPartition(partition);
      if (closed) throw new BusError('closed', 'The bus is closed.');
      const frame = encodeFrame(record, frames.take);
      // At its deadline an append is given up and its frame may be written still.
      const written = writer.write(frame).finally(() => frames.give(frame));
      await inFlight.track(frame.byteLength, written);
    },
    async close() {
      closed = true;
      clearInterval(tick);
      await inFlight.ended();
      await writer.ended();
    },
  };
}

interface Writer {
  write(frame: Buffer): Promise<void>;
  /** Whether the last write failed and it is not yet time for another try. */
  failing(): boolean;
  /** Once a second: deletes what is consumed, and puts the reserve back after a full disk. */
  maintain(): void;
  ended(): Promise<void>;
}

function createWriter({ records, doorbell, checkPresent }: ProducerParts, space: Space): Writer {
  let lastFailure: { readonly error: BusError; readonly atMs: number } | null = null;
  let maintaining = Promise.resolve();
  /** As far as this process knows: looking would read it. */
  let reserveHeld = false;
  const failing = () => lastFailure !== null && performance.now() - lastFailure.atMs < RETRY_AFTER_FAILURE_MS;

  const turn = createTurn(records, space.restart);
  /** Once, on the strength of the current turn: false where that was over, and nothing was stored. */
  const tryStore = async (frame: Buffer, sizeBytes: number): Promise<boolean> => {
    if (turn.current() === null) await turn.take();
    if (!space.fits(sizeBytes)) await space.makeRoom(sizeBytes);
    const number = turn.current();
    if (number === null) return false;
    const key = encodeRecordKey(space.claim(sizeBytes));
    try {
      // `append` stores only behind the newest record: offsets grow in the order of commits, whatever else goes wrong.
      const stored = await turn.during(number, () => records.put(key, frame, { append: true }));
      if (!stored) turn.lost(number);
      return stored;
    } catch (error) {
      // Of a turn that is over nothing counts any more.
      if (turn.current() === number) space.giveBack(sizeBytes);
      throw error;
    }
  };
  const store = async (frame: Buffer, sizeBytes: number) => {
    try {
      while (!(await tryStore(frame, sizeBytes)));
      lastFailure = null;
    } catch (error) {
      // The bound, told by the space: nothing is wrong with the disk.
      if (error instanceof BusError) throw error;
      const failure = await writeFailure(records, error);
      lastFailure = { error: failure, atMs: performance.now() };
      throw failure;
    }
  };
  const maintain = async () => {
    try {
      await space.reclaim();
      // While writes fail, the commits of this make room that was freed usable: LMDB counts by commits.
      if (lastFailure !== null) await releaseReserve(records);
      else if (!reserveHeld) await holdReserve(records);
      reserveHeld = lastFailure === null;
    } catch (error) {
      // A mistake of ours ends the process: passed over, nothing would ever be deleted and nobody told.
      if (!isStoreError(error)) throw error;
      // Tried again in a second; what is wrong with the disk the next append tells.
      await writeFailure(records, error);
    }
  };
  return {
    failing,
    async write(frame) {
      checkPresent();
      // One try in a while is enough to see that the disk is well again; the others would only cost.
      if (lastFailure !== null && failing()) throw lastFailure.error;
      await store(frame, storedBytes(frame.byteLength));
      doorbell.ring();
    },
    maintain() {
      maintaining = maintaining.then(maintain);
    },
    ended: () => maintaining,
  };
}

interface InFlight {
  bytes(): number;
  /** Settles as `written` does, or with 'unavailable' at the deadline; the bytes count until it really ends. */
  track(bytes: number, written: Promise<void>): Promise<void>;
  rejectOverdue(): void;
  ended(): Promise<void>;
}

function createInFlight(): InFlight {
  interface Entry {
    readonly sinceMs: number;
    readonly written: Promise<void>;
    readonly reject: (error: BusError) => void;
  }
  const entries = new Set<Entry>();
  let bytesInFlight = 0;
  return {
    bytes: () => bytesInFlight,
    track: (bytes, written) =>
      new Promise((resolve, reject) => {
        const entry: Entry = { sinceMs: performance.now(), written, reject };
        entries.add(entry);
        bytesInFlight += bytes;
        const settle = () => {
          bytesInFlight -= bytes;
          entries.delete(entry);
        };
        written.then(
          () => {
            settle();
            resolve();
          },
          (error: unknown) => {
            settle();
            reject(error);
          },
        );
      }),
    rejectOverdue() {
      for (const { sinceMs, reject } of entries) {
        if (performance.now() - sinceMs < APPEND_DEADLINE_MS) return;
        reject(new BusError('unavailable', `The bus has not been written for ${APPEND_DEADLINE_MS / 1000} s.`));
      }
    },
    async ended() {
      await Promise.allSettled([...entries].map((entry) => entry.written));
    },
  };
}
