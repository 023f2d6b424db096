// Group commit: requests join the open batch of their day; while one append is under way the next batch fills.
import type { BusProducer } from '@sazabi/bus';
import { ContractError } from '@sazabi/contract';
import type { BytesBudget } from '../bytes-budget.ts';
import { type AppendReport, createAppendQueue } from './append-batch.ts';
import { createBlockPool } from './block-pool.ts';
import { fileLogs } from './file-logs.ts';
import { type AppendFailure, isFull, type OpenBatch } from './open-batch.ts';
import { createOpenBatches } from './open-batches.ts';
import type { Filed, Submission } from './submission.ts';
import { createTurns } from './turns.ts';

export interface GroupCommitOptions<Waiter> {
  readonly producer: BusProducer;
  /** Charged for blocks from their first row until they are durable or have failed. */
  readonly waitingBytes: BytesBudget;
  /** Called once for each waiter of a batch, when it is durable or has failed. */
  readonly settle: (waiter: Waiter, failure: AppendFailure) => void;
  /** Called once for each append, before its waiters are settled. */
  readonly appended: (append: AppendReport) => void;
}

export interface GroupCommit<Waiter> {
  /**
   * Files the request's logs, or tells why its body as a whole is refused. Where any was accepted, `waiter` is settled later,
   * never within the call. A repeat of a request that is not settled yet is not read: it adds no rows and waits with it.
   */
  submit(submission: Submission, waiter: Waiter): Filed | ContractError;
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
  /** Requests with an id that are not settled yet. */
  const originals = new Map<string, Original<Waiter>>();
  const drainWaiters: (() => void)[] = [];
  let openRequests = 0;
  let answeredInTurn = 0;
  const appends = createAppendQueue<Waiter>(producer, (batch, append) => {
    options.appended(append);
    for (const text of batch.requestTexts) originals.delete(text);
    waitingBytes.give(batch.heldBytes);
    blocks.give(batch.block);
    answeredInTurn += batch.waiters.length;
    for (const waiter of batch.waiters) options.settle(waiter, append.failure);
    // Where full batches follow one another nothing is ever idle: what was open before this one left waits no longer.
    if (appends.inFlight() > 0) for (const older of open.takeUpTo(batch.newestAtClose)) close(older);
    endTurn();
  });
  const close = (batch: OpenBatch<Waiter>): void => {
    openRequests -= batch.waiters.length;
    batch.newestAtClose = open.newest();
    appends.push(batch);
  };
  const open = createOpenBatches(() => producer.partitions, blocks, close);
  // While something is under way, what is open goes on filling, and leaves when that is done.
  const turns = createTurns(() => {
    if (appends.inFlight() > 0) return;
    for (const batch of open.takeAll()) close(batch);
    endTurn();
  });
  const endTurn = (): void => {
    if (appends.inFlight() > 0) return;
    turns.ended(answeredInTurn, openRequests);
    answeredInTurn = 0;
    if (open.size() > 0) turns.plan(openRequests);
    else for (const resolve of drainWaiters.splice(0)) resolve();
  };
  const join = (batch: OpenBatch<Waiter>, waiter: Waiter): void => {
    batch.waiters.push(waiter);
    if (open.holds(batch)) openRequests += 1;
  };
  return {
    submit(submission, waiter) {
      const { requestId } = submission;
      const text = requestId === null ? null : textOf(requestId);
      const original = text === null ? undefined : originals.get(text);
      if (original !== undefined) {
        join(original.batch, waiter);
        return original.filed;
      }
      const batch = open.forSubmission(submission);
      const filed = fileLogs(batch.block, submission, batch.batchId);
      if (filed instanceof ContractError) return filed;
      if (filed.accepted > 0) {
        batch.waiters.push(waiter);
        openRequests += 1;
        if (requestId !== null && text !== null) {
          batch.requestIds.push(requestId);
          batch.requestTexts.push(text);
          originals.set(text, { filed, batch });
        }
        chargeGrowth(batch, waitingBytes);
      }
      if (isFull(batch)) {
        open.remove(batch);
        close(batch);
      } else if (appends.inFlight() === 0) turns.plan(openRequests);
      return filed;
    },
    drained: () =>
      new Promise((resolve) => {
        drainWaiters.push(resolve);
        endTurn();
      }),
  };
}

function chargeGrowth(batch: OpenBatch<unknown>, budget: BytesBudget): void {
  const { byteLength } = batch.block;
  budget.charge(byteLength - batch.heldBytes);
  batch.heldBytes = byteLength;
}

function textOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
}
