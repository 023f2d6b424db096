// One batch's way to the bus: block, frame, record, append; with what it took.
import type { BusProducer } from '@sazabi/bus';
import { encodeRecord, tellLargeLogs } from '@sazabi/log-record';
import { BATCHES_IN_FLIGHT_MAX } from '../limits.ts';
import { compressBlock } from './compress.ts';
import { type AppendFailure, failureOf, metaOf, type OpenBatch } from './open-batch.ts';

export interface AppendReport {
  readonly rows: number;
  readonly blockBytes: number;
  readonly recordBytes: number;
  readonly seconds: number;
  /** null = durable. */
  readonly failure: AppendFailure;
}

/** Resolves when the batch is durable or has failed; never rejects. Until then its block must not be touched. */
async function appendBatch(batch: OpenBatch<unknown>, producer: BusProducer): Promise<AppendReport> {
  const startedMs = performance.now();
  const { rowCount: rows } = batch.block;
  let blockBytes = 0;
  let recordBytes = 0;
  let failure: AppendFailure = null;
  try {
    const block = batch.block.encode();
    blockBytes = block.byteLength;
    const encoded = encodeRecord(metaOf(batch), await compressBlock(block));
    const record = tellLargeLogs(encoded, batch.block.largeLogBytes);
    recordBytes = record.value.byteLength;
    await producer.append(batch.partition, record);
  } catch (error) {
    failure = failureOf(error);
  }
  return { rows, blockBytes, recordBytes, seconds: (performance.now() - startedMs) / 1000, failure };
}

export interface AppendQueue<Waiter> {
  inFlight(): number;
  /** Appends the batch at once, or in its turn where many are under way. */
  push(batch: OpenBatch<Waiter>): void;
}

/**
 * Appends batches, {@link BATCHES_IN_FLIGHT_MAX} at a time; `done` is called for each when it is no longer in flight, by the event loop
 * itself, never within another call.
 */
export function createAppendQueue<Waiter>(
  producer: BusProducer,
  done: (batch: OpenBatch<Waiter>, append: AppendReport) => void,
): AppendQueue<Waiter> {
  const waiting: OpenBatch<Waiter>[] = [];
  let inFlight = 0;
  const send = (batch: OpenBatch<Waiter>): void => {
    inFlight += 1;
    void appendBatch(batch, producer).then((append) =>
      // In a turn of its own: LMDB tells of an append also while the next is put, that is, within a handler of uWebSockets. There its
      // one cork is held for another request, and each answer leaves in 15 packets: a fifth of a log's CPU at twice the peak.
      setImmediate(() => {
        inFlight -= 1;
        const next = waiting.shift();
        if (next !== undefined) send(next);
        done(batch, append);
      }),
    );
  };
  return {
    inFlight: () => inFlight,
    push(batch) {
      if (inFlight < BATCHES_IN_FLIGHT_MAX) send(batch);
      else waiting.push(batch);
    },
  };
}
