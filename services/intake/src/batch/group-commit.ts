// Group commit: requests join the open batch of their day; while one append is under way the next batch fills.
import type { BusProducer } from '@sazabi/bus';
import { encodeRecord, type LogBlock, xxh } from '@sazabi/log-record';
import type { BytesBudget } from '../bytes-budget.ts';
import { BATCHES_IN_FLIGHT_MAX } from '../limits.ts';
import { createBlockPool } from './block-pool.ts';
import { compressBlock } from './compress.ts';
import {
  type AppendFailure,
  failureOf,
  isFull,
  metaOf,
  type OpenBatch,
  openBatch,
  wouldOverfill,
} from './open-batch.ts';
import { type Filed, reject, type Submission } from './submission.ts';

export interface GroupCommitOptions<Waiter> {
  readonly producer: BusProducer;
  /** Charged for blocks from their first row until they are durable or have failed. */
  readonly waitingBytes: BytesBudget;
  /** Called once for each waiter of a batch, when it is durable or has failed. */
  readonly settle: (waiter: Waiter, failure: AppendFailure) => void;
  /** Called once for each append. */
  readonly appended: (append: AppendReport) => void;
}

export interface AppendReport {
  readonly rows: number;
  readonly blockBytes: number;
  readonly recordBytes: number;
  readonly seconds: number;
  readonly failure: AppendFailure;
}

export interface GroupCommit<Waiter> {
  /**
   * Files the request's logs. Where any was accepted, `waiter` is settled later, never within the call. A repeat of a
   * request that is not settled yet adds no rows and waits with it.
   */
  submit(submission: Submission, waiter: Waiter): Filed;
  /** Resolves when nothing is open or under way. */
  drained(): Promise<void>;
}

interface Original<Waiter> {
  readonly filed: Filed;
  readonly batch: OpenBatch<Waiter>;
}

/** The group commit of one process, in front of one producer. */
export function createGroupCommit<Waiter>(options: GroupCommitOptions<Waiter>): GroupCommit<Waiter> {
  const { producer, waitingBytes } = options;
  const blocks = createBlockPool();
  /** By day and partition. */
  const open = new Map<number, OpenBatch<Waiter>>();
  const closed: OpenBatch<Waiter>[] = [];
  const originals = new Map<string, Original<Waiter>>();
  const drainWaiters: (() => void)[] = [];
  let inFlight = 0;
  let turnPlanned = false;
  // Requests without an id join one partition until its batch leaves, then the next: few large batches instead of many.
  let sharedPartition = 0;

  const send = async (batch: OpenBatch<Waiter>): Promise<void> => {
    inFlight += 1;
    const startedMs = performance.now();
    const { rowCount: rows } = batch.block;
    let blockBytes = 0;
    let recordBytes = 0;
    let failure: AppendFailure = null;
    try {
      const block = batch.block.encode();
      blockBytes = block.byteLength;
      const record = encodeRecord(metaOf(batch), await compressBlock(block));
      recordBytes = record.value.byteLength;
      await producer.append(batch.partition, record);
    } catch (error) {
      failure = failureOf(error);
    }
    inFlight -= 1;
    options.appended({ rows, blockBytes, recordBytes, seconds: (performance.now() - startedMs) / 1000, failure });
    for (const text of batch.requestTexts) originals.delete(text);
    waitingBytes.give(batch.heldBytes);
    blocks.give(batch.block);
    for (const waiter of batch.waiters) options.settle(waiter, failure);
    next();
  };
  const next = (): void => {
    while (inFlight < BATCHES_IN_FLIGHT_MAX) {
      const batch = closed.shift();
      if (batch === undefined) break;
      void send(batch);
    }
    if (inFlight === 0 && open.size > 0) planTurn();
    if (inFlight === 0 && open.size === 0) for (const resolve of drainWaiters.splice(0)) resolve();
  };
  const takeTurn = (): void => {
    turnPlanned = false;
    // Under way already: what is open goes on filling, and leaves when that is done.
    if (inFlight > 0) return;
    for (const batch of open.values()) {
      // Opened for a request of which no log was accepted.
      if (batch.block.rowCount === 0) blocks.give(batch.block);
      else closed.push(batch);
    }
    open.clear();
    sharedPartition = (sharedPartition + 1) % producer.partitions;
    next();
  };
  // At the end of this turn of the event loop: requests that have arrived together leave together.
  const planTurn = (): void => {
    if (turnPlanned || inFlight > 0) return;
    turnPlanned = true;
    setImmediate(takeTurn);
  };
  const close = (key: number, batch: OpenBatch<Waiter>): void => {
    open.delete(key);
    closed.push(batch);
    next();
  };

  const batchFor = (submission: Submission): OpenBatch<Waiter> => {
    const partition =
      submission.requestId === null ? sharedPartition : partitionOf(submission.requestId, producer.partitions);
    const key = submission.expiresOnDay * producer.partitions + partition;
    const found = open.get(key);
    if (found !== undefined && !wouldOverfill(found, submission)) return found;
    if (found !== undefined) close(key, found);
    const fresh: OpenBatch<Waiter> = openBatch(submission.expiresOnDay, partition, blocks.take());
    open.set(key, fresh);
    return fresh;
  };

  return {
    submit(submission, waiter) {
      const text = submission.requestId === null ? '' : textOf(submission.requestId);
      const original = text === '' ? undefined : originals.get(text);
      if (original !== undefined) {
        original.batch.waiters.push(waiter);
        return original.filed;
      }
      const batch = batchFor(submission);
      const filed = file(batch.block, submission, batch.batchId);
      if (filed.accepted > 0) {
        batch.waiters.push(waiter);
        if (submission.requestId !== null) {
          batch.requestIds.push(submission.requestId);
          batch.requestTexts.push(text);
          originals.set(text, { filed, batch });
        }
        const grownBytes = batch.block.byteLength - batch.heldBytes;
        waitingBytes.charge(grownBytes);
        batch.heldBytes += grownBytes;
      }
      if (isFull(batch)) close(batch.expiresOnDay * producer.partitions + batch.partition, batch);
      else planTurn();
      return filed;
    },
    drained() {
      if (inFlight === 0 && open.size === 0) return Promise.resolve();
      return new Promise((resolve) => drainWaiters.push(resolve));
    },
  };
}

/** The partition of a request with an id: the same wherever and whenever it is repeated. */
function partitionOf(requestId: Uint8Array, partitions: number): number {
  return partitions === 1 ? 0 : Number(xxh.h64Raw(requestId) % BigInt(partitions));
}

function textOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
}

/** Appends the logs to the block. */
function file(block: LogBlock, submission: Submission, batchId: Uint8Array): Filed {
  const { requestId, expiresOnDay } = submission;
  const { kind, items, badLines } = submission.logs;
  block.beginRequest(submission.source, submission.receivedAtMs, requestId);
  const filed: Filed = {
    accepted: 0,
    rejectedCount: 0,
    rejected: [],
    rejectedByCode: null,
    storedId: requestId ?? batchId,
    firstOrdinal: requestId === null ? block.ownRowCount : 0,
    expiresOnDay,
  };
  for (let index = 0; index < items.length; index += 1) {
    const badLine = badLines?.get(index);
    if (badLine !== undefined) {
      reject(filed, index, 'INVALID_JSON', badLine);
      continue;
    }
    const rejection = block.append(items[index], kind);
    if (rejection === null) filed.accepted += 1;
    else reject(filed, index, rejection.code, rejection.message);
  }
  return filed;
}
