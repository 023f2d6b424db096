// The bus between intake and consumer: durable, partitioned, ordered, readable from any kept offset. One folder per adapter.

/** A record's place in its partition: grows with every record, not necessarily by one. 0 ≤ offset ≤ 2^53 − 1. */
export type Offset = number;

export type RecordHeaders = ReadonlyMap<string, Uint8Array>;

export interface NewRecord {
  readonly headers: RecordHeaders;
  readonly value: Uint8Array;
}

export interface BusRecord extends NewRecord {
  readonly partition: number;
  readonly offset: Offset;
  readonly appendedAtMs: number;
}

export interface ReadOptions {
  /** Stop after this many bytes of values; at least one record is returned where there is one. */
  readonly bytesMax: number;
  readonly recordsMax: number;
  /** Wait at most this long for a first record; 0 = do not wait. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** Appends; safe for many concurrent calls (they share one group commit). */
export interface BusProducer {
  readonly partitions: number;
  /**
   * Resolves once the record is durable (fsynced, or acknowledged by all in-sync replicas). Copies what it needs before
   * it returns its promise: the caller may reuse the buffers at once.
   * @throws BusError see {@link BusFailure}
   */
  append(partition: number, record: NewRecord): Promise<void>;
  /** Bytes appended and not yet durable. */
  readonly bytesInFlight: number;
  close(): Promise<void>;
}

/** Reads beside the consumer: the live tail, tests and tools. Holds no position of its own. */
export interface BusReader {
  readonly partitions: number;
  /** The earliest offset that is kept and the one that the next record will get at least. */
  extent(partition: number): Promise<{ readonly earliest: Offset; readonly next: Offset }>;
  /** Where the consumers stand: everything before it is stored. null: nothing was ever committed. */
  committed(partition: number): Promise<Offset | null>;
  /** Records from `from` on, in order; begins at the earliest kept one where `from` is gone. Empty after `waitMs`. */
  read(partition: number, from: Offset, options: ReadOptions): Promise<readonly BusRecord[]>;
  close(): Promise<void>;
}

/** A partition this process serves for now. Another process may believe the same: nothing may rest on being alone. */
export interface OwnedPartition {
  readonly partition: number;
  /** Aborted when the partition is lost or the consumer closes: stop work on it, it would be in vain. */
  readonly lost: AbortSignal;
  /** The offset to go on from (one past the last committed record), or null: then the earliest kept. */
  committed(): Promise<Offset | null>;
  read(from: Offset, options: ReadOptions): Promise<readonly BusRecord[]>;
  /**
   * Durable when it resolves. Everything before `next` is stored.
   * @throws BusError 'lost' when fenced; 'full' or 'unavailable': not committed, try again
   */
  commit(next: Offset): Promise<void>;
}

export interface BusConsumer {
  /** Calls `serve` once for each partition that comes to this process, until `close`; `serve` ends when `lost` aborts. */
  run(serve: (partition: OwnedPartition) => Promise<void>): void;
  /** Records and bytes appended and not yet behind the committed offset, per partition. */
  lag(): Promise<readonly { readonly partition: number; readonly records: number }[]>;
  close(): Promise<void>;
}

/** Records that nobody can decode (checksum or headers wrong), kept for the operator until deleted. */
export interface BusDeadLetters {
  /** Keeps the record with why and where it was found; durable when it resolves; the same source twice is kept once. */
  append(record: BusRecord, reason: string): Promise<void>;
  list(limit: number): Promise<readonly DeadRecord[]>;
  remove(partition: number, offset: Offset): Promise<void>;
}

export interface DeadRecord extends BusRecord {
  readonly reason: string;
  readonly deadAtMs: number;
}

/** Where the bus tells what an operator should know: pino, or anything alike. */
export interface BusLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Records that were deleted before the consumer had read them (I7): from its position to the earliest kept one. */
export interface UnreadGone {
  readonly partition: number;
  readonly from: Offset;
  readonly earliest: Offset;
  /** How many at most; 0 where the position lay beyond the end, in a topic that was made anew. */
  readonly records: number;
}

/** An opened bus. Every part is opened lazily by the process that needs it. */
export interface Bus {
  producer(): Promise<BusProducer>;
  reader(): Promise<BusReader>;
  consumer(): Promise<BusConsumer>;
  deadLetters(): Promise<BusDeadLetters>;
  /** Whether an append would be taken now (readiness). */
  writable(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Why a call failed. `full`: bounded storage is full, nothing was appended. `unavailable`: it may or may not have been
 * appended, try again. `too-large`: never will be. `lost`: the partition belongs to another. `closed`: after close().
 */
export type BusFailure = 'full' | 'unavailable' | 'too-large' | 'lost' | 'closed';

export class BusError extends Error {
  readonly failure: BusFailure;
  constructor(failure: BusFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BusError';
    this.failure = failure;
  }
}
