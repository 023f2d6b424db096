// A request that may write, from its admission to its answer: what is submitted, and what waits for durability.
import type { BusError } from '@sazabi/bus';
import type { ContractError } from '@sazabi/contract';
import type { AppendFailure } from '../batch/open-batch.ts';
import type { Filed, Submission } from '../batch/submission.ts';
import type { Compression } from '../decompress/content-encoding.ts';
import { answer, answerError, type Exchange } from '../http/exchange.ts';
import { busFull, maybeStored, recordTooLarge, stopping } from '../refusals.ts';
import type { Writer } from './admission.ts';
import { acceptedBody } from './answer-body.ts';

export interface Write extends Submission {
  readonly exchange: Exchange;
  readonly writer: Writer;
  readonly compression: Compression | 'identity';
  /** Empty until it is read, and again when its logs are in a batch. */
  body: Uint8Array;
  /** Its logs, once they are in a batch and charged to the project. */
  filed: Filed | null;
}

/** A repeat under an Idempotency-Key is charged again: whether its original was stored, nobody here can tell. */
export function charge(write: Write, filed: Filed): void {
  const { project } = write.writer;
  project.logs += filed.accepted;
  project.bytes += filed.logBytes;
  write.filed = filed;
}

/** Answers a request whose append has ended. */
export function settle(write: Write, failure: AppendFailure): void {
  const { exchange, writer, filed } = write;
  if (filed === null) return;
  if (failure === null) {
    if (!exchange.done) answer(exchange, 202, acceptedBody(filed, writer.receiptKey));
    return;
  }
  // Clients send them again.
  writer.project.logs -= filed.accepted;
  writer.project.bytes -= filed.logBytes;
  answerError(exchange, refusalOf(failure));
}

function refusalOf(failure: BusError): ContractError {
  switch (failure.failure) {
    case 'full':
      return busFull();
    case 'closed':
      return stopping();
    case 'too-large':
      return recordTooLarge();
    case 'lost':
    case 'unavailable':
      return maybeStored();
  }
}
