// The way of one write request: admitted by its head, body read, inflated, parsed, filed in a batch; answered when durable.
import { ContractError } from '@sazabi/contract';
import type { KeyUsageCounts } from '@sazabi/keys';
import { expiresOnDay, requestIdOf } from '@sazabi/log-record';
import type { GroupCommit } from '../batch/group-commit.ts';
import { compressionOf } from '../decompress/content-encoding.ts';
import type { Inflater } from '../decompress/inflate.ts';
import { answer, answerError, type Exchange } from '../http/exchange.ts';
import { type BodyReader, bodyRefusal, isBodyEmpty, readBody } from '../http/read-body.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { Guard } from '../http/routes.ts';
import { BODY_READ_MS, IDEMPOTENCY_KEY_FORM } from '../limits.ts';
import type { IntakeCounts } from '../metrics.ts';
import type { ParsedLogs } from '../protocols/parsed-logs.ts';
import { protocolOf } from '../protocols/protocol-of.ts';
import { busNotReached } from '../refusals.ts';
import type { Admit, Writer } from './admission.ts';
import { acceptedBody, noneAccepted } from './answer-body.ts';
import type { LoadShedding } from './load-shedding.ts';
import { charge, type Write } from './write.ts';

export interface IngestOptions {
  readonly admit: Admit<Exchange>;
  readonly shedding: LoadShedding;
  readonly inflater: Inflater;
  /** null until the bus has been reached. */
  readonly commit: () => GroupCommit<Write> | null;
  readonly usage: KeyUsageCounts;
  readonly counts: IntakeCounts;
  readonly now: () => number;
  readonly guard: Guard;
}

export type Ingest = (exchange: Exchange, head: RequestHead, kind: ParsedLogs['kind']) => void;

const NO_BYTES = new Uint8Array(0);
const BAD_IDEMPOTENCY_KEY = new ContractError(
  'VALIDATION_ERROR',
  'Idempotency-Key must be 1 to 128 visible ASCII characters without spaces, sent once.',
  { issues: [{ path: 'idempotency-key', message: 'must be 1 to 128 visible ASCII characters' }] },
);

/** The handler of every write route. */
export function createIngest(options: IngestOptions): Ingest {
  const { admit, guard, now } = options;
  const takeBody = (_: Exchange, write: Write): void => takeBodyOf(options, write);
  const reader: BodyReader<Write> = {
    isLate: ({ receivedAtMs }) => now() - receivedAtMs > BODY_READ_MS,
    take(write, body) {
      write.body = body;
      guard(write.exchange, takeBody, write);
    },
    refuse: ({ exchange }, error) => answerError(exchange, error),
  };
  return (exchange, head, kind) => {
    const nowMs = now();
    const writer = admit(exchange, head, nowMs);
    const write = writer instanceof ContractError ? writer : writeOf(exchange, head, kind, writer, nowMs);
    if (write instanceof ContractError) {
      answerError(exchange, write);
      return;
    }
    const { bodies } = write.writer.part;
    exchange.bodies = bodies;
    if (isBodyEmpty(head.contentLength, head.transferEncoding)) takeBody(exchange, write);
    else readBody(write, head.contentLength, bodies, reader);
  };
}

function writeOf(
  exchange: Exchange,
  head: RequestHead,
  kind: ParsedLogs['kind'],
  writer: Writer,
  receivedAtMs: number,
): Write | ContractError {
  const protocol = protocolOf(head.contentType);
  if (protocol instanceof ContractError) return protocol;
  const compression = compressionOf(head.contentEncoding);
  if (compression instanceof ContractError) return compression;
  const refusal = bodyRefusal(head.contentLength, head.transferEncoding, writer.part.bodies);
  if (refusal !== null) return refusal;
  const { idempotencyKey } = head;
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY_FORM.test(idempotencyKey)) return BAD_IDEMPOTENCY_KEY;
  const { source, entry } = writer;
  return {
    exchange,
    writer,
    source,
    expiresOnDay: expiresOnDay(receivedAtMs, entry.retentionDays),
    receivedAtMs,
    requestId: idempotencyKey === undefined ? null : requestIdOf(source.projectId, source.mode, idempotencyKey),
    kind,
    protocol,
    compression,
    body: NO_BYTES,
    filed: null,
  };
}

function takeBodyOf(options: IngestOptions, write: Write): void {
  const { exchange, compression, body } = write;
  options.counts.bodyBytes += body.byteLength;
  if (compression === 'identity') {
    file(options, write);
    return;
  }
  // Held by the inflation, not by the exchange: the copy of what was sent outlives a client that goes away.
  const sentBytes = exchange.heldBytes;
  exchange.heldBytes = 0;
  write.body = NO_BYTES;
  const isGone = () => exchange.done;
  options.inflater.inflate(body, compression, write.writer.part.bodies, isGone, (inflated) => {
    exchange.heldBytes += sentBytes;
    if (inflated instanceof Buffer) {
      exchange.heldBytes += inflated.byteLength;
      options.counts.inflatedBytes += inflated.byteLength;
      write.body = inflated;
    }
    // A client that is gone gets nothing stored; its exchange has ended, so it gives nothing back any more.
    if (exchange.done || inflated === null) releaseBody(write);
    else if (inflated instanceof ContractError) answerError(exchange, inflated);
    else options.guard(exchange, () => file(options, write), null);
  });
}

function releaseBody(write: Write): void {
  const { exchange } = write;
  write.body = NO_BYTES;
  exchange.bodies?.give(exchange.heldBytes);
  exchange.heldBytes = 0;
}

/** Files the logs; answers at once only where there is nothing to wait for. */
function file(options: IngestOptions, write: Write): void {
  const { exchange, writer, body } = write;
  const commit = options.commit();
  if (commit === null) {
    answerError(exchange, busNotReached());
    return;
  }
  options.shedding.filed(writer.part.share, body.byteLength);
  const filed = commit.submit(write, write);
  if (filed instanceof ContractError) {
    answerError(exchange, filed);
    return;
  }
  // The body is in the block now; while it waits for the disk it is charged there.
  releaseBody(write);
  if (filed.rejectedByCode !== null) countRejected(options, writer.entry.keyId, filed.rejectedByCode);
  if (filed.accepted === 0 && filed.rejectedCount > 0) {
    // Each of its logs was counted.
    exchange.keyId = null;
    answerError(exchange, noneAccepted(filed));
    return;
  }
  options.counts.acceptedLogs += filed.accepted;
  charge(write, filed);
  if (filed.accepted === 0) answer(exchange, 202, acceptedBody(filed, writer.receiptKey));
}

function countRejected(options: IngestOptions, keyId: string, byCode: ReadonlyMap<string, number>): void {
  for (const [code, count] of byCode) {
    options.usage.rejected(keyId, code, count);
    options.counts.rejectedLogs.set(code, (options.counts.rejectedLogs.get(code) ?? 0) + count);
  }
}
