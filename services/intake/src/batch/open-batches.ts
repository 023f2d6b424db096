// The batches that are filling: one per day of expiry and bus partition, so that a record lies whole in one table partition.
import { xxh } from '@sazabi/log-record';
import { SHARED_PARTITION_MS } from '../limits.ts';
import type { BlockPool } from './block-pool.ts';
import { type OpenBatch, openBatch, wouldOverfill } from './open-batch.ts';
import type { Submission } from './submission.ts';

export interface OpenBatches<Waiter> {
  size(): number;
  /** The serial of the batch opened last. */
  newest(): number;
  /** The batch that the request joins. One that it would overfill is closed first: taken out and passed to `close`. */
  forSubmission(submission: Submission): OpenBatch<Waiter>;
  holds(batch: OpenBatch<Waiter>): boolean;
  remove(batch: OpenBatch<Waiter>): void;
  /** Takes all out that have rows. */
  takeAll(): OpenBatch<Waiter>[];
  /** Takes those out that have rows and are not newer than the serial. */
  takeUpTo(serial: number): OpenBatch<Waiter>[];
}

/** More than any topic has; tells the batches of one day apart, by numbers of 31 bits, which V8 does not make objects of. */
const PARTITIONS_MAX = 2 ** 16;

/**
 * @param partitions may change: a bus that was away may be found with another number
 * @param now a monotonic clock in milliseconds
 */
export function createOpenBatches<Waiter>(
  partitions: () => number,
  blocks: BlockPool,
  close: (batch: OpenBatch<Waiter>) => void,
  now: () => number = () => performance.now(),
): OpenBatches<Waiter> {
  const open = new Map<number, OpenBatch<Waiter>>();
  // Requests without an id join one partition for a time, then the next: the consumer finds many records in one partition, not
  // a few in each, and an insert costs the store the same for few rows as for many.
  let sharedPartition = 0;
  let sharedSinceMs = now();
  let newest = 0;
  const keyOf = (expiresOnDay: number, partition: number) => expiresOnDay * PARTITIONS_MAX + partition;

  return {
    size: () => open.size,
    newest: () => newest,
    forSubmission(submission) {
      const { requestId, expiresOnDay } = submission;
      const count = partitions();
      const partition = requestId === null ? sharedPartition % count : partitionOf(requestId, count);
      const key = keyOf(expiresOnDay, partition);
      const found = open.get(key);
      if (found !== undefined && !wouldOverfill(found, submission)) return found;
      // Closed before the next is opened, so that the next does not count as open by then.
      if (found !== undefined) {
        open.delete(key);
        close(found);
      }
      newest += 1;
      const fresh: OpenBatch<Waiter> = openBatch(expiresOnDay, partition, blocks.take(), newest);
      open.set(key, fresh);
      return fresh;
    },
    holds: (batch) => open.get(keyOf(batch.expiresOnDay, batch.partition)) === batch,
    remove: (batch) => void open.delete(keyOf(batch.expiresOnDay, batch.partition)),
    takeAll() {
      const taken: OpenBatch<Waiter>[] = [];
      for (const batch of open.values()) {
        // Opened for a request of which no log was accepted.
        if (batch.block.rowCount === 0) blocks.give(batch.block);
        else taken.push(batch);
      }
      open.clear();
      if (now() - sharedSinceMs >= SHARED_PARTITION_MS) {
        sharedPartition = (sharedPartition + 1) % partitions();
        sharedSinceMs = now();
      }
      return taken;
    },
    takeUpTo(serial) {
      const taken: OpenBatch<Waiter>[] = [];
      for (const [key, batch] of open) {
        if (batch.serial > serial || batch.block.rowCount === 0) continue;
        open.delete(key);
        taken.push(batch);
      }
      return taken;
    },
  };
}

/** The partition of a request with an id: the same wherever and whenever it is repeated. */
function partitionOf(requestId: Uint8Array, partitions: number): number {
  return partitions === 1 ? 0 : Number(xxh.h64Raw(requestId) % BigInt(partitions));
}
