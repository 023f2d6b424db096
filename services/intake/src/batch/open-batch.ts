// One record in the making: a block, what its headers will say, and who waits for it to be durable.
import { BusError } from '@sazabi/bus';
import { type LogBlock, newUuidV7, REQUEST_IDS_MAX, type RecordMeta } from '@sazabi/log-record';
import { BATCH_BYTES_MAX, BATCH_ROWS_MAX, LOG_JSON_BYTES_MIN, LOGS_PER_REQUEST_MAX } from '../limits.ts';
import type { Submission } from './submission.ts';

export interface OpenBatch<Waiter> {
  readonly batchId: Uint8Array;
  readonly expiresOnDay: number;
  readonly partition: number;
  /** Counts on with each batch opened: tells which of two is older. */
  readonly serial: number;
  readonly block: LogBlock;
  readonly requestIds: Uint8Array[];
  /** The same ids as texts, as they are known in the group commit's table. */
  readonly requestTexts: string[];
  readonly waiters: Waiter[];
  /** The newest serial when this batch was closed: what is open still and not newer was open by then. */
  newestAtClose: number;
  /** Taken of the waiting budget: the block's `byteLength` as of the last request. */
  heldBytes: number;
}

/** How the append of a batch ended: null = durable. */
export type AppendFailure = BusError | null;

/** An empty batch on a block that nobody else uses. */
export function openBatch<Waiter>(
  expiresOnDay: number,
  partition: number,
  block: LogBlock,
  serial: number,
): OpenBatch<Waiter> {
  const batchId = newUuidV7();
  block.reset(batchId, expiresOnDay);
  return {
    batchId,
    expiresOnDay,
    partition,
    serial,
    block,
    requestIds: [],
    requestTexts: [],
    waiters: [],
    newestAtClose: serial,
    heldBytes: 0,
  };
}

/**
 * Whether the request could take the batch over a limit, by its body's size: a block is rarely larger, and there are no more
 * logs in it than the shortest that it has room for.
 */
export function wouldOverfill(batch: OpenBatch<unknown>, submission: Submission): boolean {
  const { rowCount } = batch.block;
  if (rowCount === 0) return false;
  const bodyBytes = submission.body.byteLength;
  const rowsMax = Math.min(LOGS_PER_REQUEST_MAX, 1 + bodyBytes / LOG_JSON_BYTES_MIN);
  return (
    rowCount + rowsMax > BATCH_ROWS_MAX ||
    batch.heldBytes + bodyBytes > BATCH_BYTES_MAX ||
    (submission.requestId !== null && batch.requestIds.length === REQUEST_IDS_MAX)
  );
}

/** Whether no further request should wait for this batch's next turn. */
export function isFull(batch: OpenBatch<unknown>): boolean {
  return (
    batch.block.rowCount >= BATCH_ROWS_MAX ||
    batch.heldBytes >= BATCH_BYTES_MAX ||
    batch.requestIds.length === REQUEST_IDS_MAX
  );
}

export function metaOf(batch: OpenBatch<unknown>): RecordMeta {
  return {
    batchId: batch.batchId,
    rows: batch.block.rowCount,
    ownRows: batch.block.ownRowCount,
    expiresOnDay: batch.expiresOnDay,
    requestIds: batch.requestIds,
  };
}

/** Any failure of an append as a BusError: what is not one may or may not have reached the bus. */
export function failureOf(error: unknown): BusError {
  if (error instanceof BusError) return error;
  return new BusError('unavailable', 'The append failed.', { cause: error });
}
