// Records of one partition between the fetcher and the one who reads them: a bounded buffer with a place in the partition.
import type { BusError, BusRecord, Offset, ReadOptions } from '../bus.ts';
import { BUFFER_BYTES_MAX, READ_PATIENCE_MS } from './limits.ts';

/** What a fetch from `from` found. */
export interface Fetched {
  readonly from: Offset;
  readonly records: readonly BusRecord[];
  /** One past the last record of the answer, also of such as are not for readers. */
  readonly next: Offset;
  /** The offset that the next record of the partition will get. */
  readonly end: Offset;
}

export interface PartitionFeed {
  readonly partition: number;
  /** The offset to fetch from, or null where nothing is to be fetched now. `tight`: only what somebody waits for. */
  wanted(tight?: boolean): Offset | null;
  /** Bytes of values that wait to be read. */
  bytes(): number;
  /** Whether it may be wanted at any moment. */
  inUse(): boolean;
  /** Takes what was fetched; passed over where the feed has gone elsewhere meanwhile. */
  accept(fetched: Fetched): void;
  /** What is kept begins at `to`, or ends there: goes on from it. Tells whether the feed still was at `from`. */
  move(from: Offset, to: Offset): boolean;
  fail(error: BusError): void;
  /** One at a time. @throws BusError 'unavailable' when the brokers do not answer */
  read(from: Offset, options: ReadOptions): Promise<readonly BusRecord[]>;
  /** Reads end with nothing. */
  close(): void;
}

export interface FeedOptions {
  /** Fetches on while nobody reads, up to {@link BUFFER_BYTES_MAX}. */
  readonly ahead: boolean;
  /** Called when the feed may be wanted again. */
  readonly wake: () => void;
}

/** A feed that is nowhere until the first read. */
export function createFeed(partition: number, { ahead, wake }: FeedOptions): PartitionFeed {
  const buffer = createBuffer();
  /** Where the next read goes on, and where the next fetch does. */
  let head: Offset = -1;
  let tail: Offset = -1;
  /** A read from here went on from `head`, since what was asked for is not kept. */
  let movedFrom: Offset | null = null;
  let caughtUp = false;
  let failure: BusError | null = null;
  let reading = false;
  let closed = false;
  let changed: () => void = () => undefined;

  const seek = (from: Offset) => {
    if (from === head || from === movedFrom) return;
    movedFrom = null;
    if (from > head && from <= tail && head >= 0) buffer.dropBefore(from);
    else {
      buffer.clear();
      tail = from;
      caughtUp = false;
    }
    head = from;
  };
  const take = (options: ReadOptions): readonly BusRecord[] => {
    const records = buffer.take(options);
    head = (records.at(-1)?.offset ?? head - 1) + 1;
    movedFrom = null;
    wake();
    return records;
  };
  return {
    partition,
    wanted(tight = false) {
      if (closed || tail < 0 || buffer.bytes() >= BUFFER_BYTES_MAX) return null;
      const asked = tight ? reading && buffer.isEmpty() : ahead || reading;
      return asked ? tail : null;
    },
    bytes: buffer.bytes,
    inUse: () => !closed && (ahead || reading),
    accept(fetched) {
      if (fetched.from !== tail) return;
      buffer.push(fetched.records);
      tail = fetched.next;
      caughtUp = tail >= fetched.end;
      failure = null;
      changed();
    },
    move(from, to) {
      if (from !== tail) return false;
      if (buffer.isEmpty()) {
        movedFrom ??= head;
        head = to;
      }
      tail = to;
      caughtUp = false;
      return true;
    },
    fail(error) {
      failure = error;
      changed();
    },
    async read(from, options) {
      const beganMs = performance.now();
      const elapsedMs = () => performance.now() - beganMs;
      seek(from);
      reading = true;
      // What is known of the end is old where nothing was fetched since the last read.
      if (!ahead) caughtUp = false;
      wake();
      try {
        while (!closed && !options.signal?.aborted) {
          if (!buffer.isEmpty()) return take(options);
          if (caughtUp && elapsedMs() >= options.waitMs) return [];
          const patienceMs = Math.max(options.waitMs, READ_PATIENCE_MS);
          if (elapsedMs() >= patienceMs) {
            if (failure === null) return [];
            throw failure;
          }
          const untilMs = caughtUp ? options.waitMs : patienceMs;
          await new Promise<void>((resolve) => {
            changed = once(resolve, untilMs - elapsedMs(), options.signal);
          });
        }
        return [];
      } finally {
        reading = false;
      }
    },
    close() {
      closed = true;
      buffer.clear();
      changed();
    },
  };
}

/** Calls `then` when it is called itself, after `ms`, or when the signal aborts: whatever is first. */
function once(then: () => void, ms: number, signal: AbortSignal | undefined): () => void {
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    then();
  };
  const timer = setTimeout(end, Math.max(0, ms));
  signal?.addEventListener('abort', end, { once: true });
  return end;
}

interface Buffer {
  bytes(): number;
  isEmpty(): boolean;
  push(records: readonly BusRecord[]): void;
  take(options: ReadOptions): BusRecord[];
  dropBefore(offset: Offset): void;
  clear(): void;
}

function createBuffer(): Buffer {
  let records: BusRecord[] = [];
  let bytes = 0;
  const sizeOf = (record: BusRecord) => record.value.byteLength;
  const shift = (count: number): BusRecord[] => {
    const gone = records.splice(0, count);
    for (const record of gone) bytes -= sizeOf(record);
    return gone;
  };
  return {
    bytes: () => bytes,
    isEmpty: () => records.length === 0,
    push(more) {
      for (const record of more) {
        records.push(record);
        bytes += sizeOf(record);
      }
    },
    take({ bytesMax, recordsMax }) {
      let taken = 0;
      let count = 0;
      for (const record of records) {
        taken += sizeOf(record);
        if (count >= recordsMax || (count > 0 && taken > bytesMax)) break;
        count += 1;
      }
      return shift(Math.max(1, count));
    },
    dropBefore(offset) {
      const first = records.findIndex((record) => record.offset >= offset);
      shift(first < 0 ? records.length : first);
    },
    clear() {
      records = [];
      bytes = 0;
    },
  };
}
