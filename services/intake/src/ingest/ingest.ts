// The way of one write request: admitted by its head, body read, inflated, parsed, filed in a batch; answered when durable.
import { ContractError } from '@sazabi/contract';
import type { KeyUsageCounts, ProjectUse } from '@sazabi/keys';
import { expiresOnDay, requestIdOf } from '@sazabi/log-record';
import type { GroupCommit } from '../batch/group-commit.ts';
import type { Filed } from '../batch/submission.ts';
import { type Compression, compressionOf } from '../decompress/content-encoding.ts';
import type { Inflater } from '../decompress/inflate.ts';
import { answer, answerError, type Exchange } from '../http/exchange.ts';
import { bodyRefusal, isBodyEmpty, readBody } from '../http/read-body.ts';
import type { RequestHead } from '../http/request-head.ts';
import { BODY_READ_MS, IDEMPOTENCY_KEY_FORM } from '../limits.ts';
import type { IntakeCounts } from '../metrics.ts';
import type { ParsedLogs } from '../protocols/parsed-logs.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/protocol-of.ts';
import { busNotReached } from '../refusals.ts';
import type { Admit, Writer } from './admission.ts';
import { acceptedBody, noneAccepted } from './answer-body.ts';
import type { LoadShedding } from './load-shedding.ts';

export interface IngestOptions {
  readonly admit: Admit;
  readonly shedding: LoadShedding;
  readonly inflater: Inflater;
  /** null until the bus has been reached. */
  readonly commit: () => GroupCommit<Exchange> | null;
  readonly usage: KeyUsageCounts;
  readonly counts: IntakeCounts;
  readonly now: () => number;
  /** Runs `work` so that what nobody expected becomes a 500, logged once. */
  readonly guard: (exchange: Exchange, work: () => void) => void;
}

export type Ingest = (
  exchange: Exchange,
  head: RequestHead,
  kind: ParsedLogs['kind'],
  readAddress: () => string,
) => void;

/** How a body that has been admitted is to be read. */
interface Reading {
  readonly writer: Writer;
  readonly kind: ParsedLogs['kind'];
  readonly protocol: Protocol;
  readonly compression: Compression | 'identity';
  readonly idempotencyKey: string | undefined;
  readonly receivedAtMs: number;
}

const NO_BYTES = new Uint8Array(0);
const BAD_IDEMPOTENCY_KEY = new ContractError(
  'VALIDATION_ERROR',
  'Idempotency-Key must be 1 to 128 visible ASCII characters without spaces, sent once.',
  { issues: [{ path: 'idempotency-key', message: 'must be 1 to 128 visible ASCII characters' }] },
);

/** The handler of every write route. */
export function createIngest(options: IngestOptions): Ingest {
  return (exchange, head, kind, readAddress) => {
    const nowMs = options.now();
    const { keyId, rate, verdict } = options.admit(head, readAddress, nowMs);
    exchange.keyId = keyId;
    exchange.rate = rate;
    const reading = verdict instanceof ContractError ? verdict : readingOf(head, kind, verdict, nowMs);
    if (reading instanceof ContractError) {
      answerError(exchange, reading);
      return;
    }
    exchange.bodies = reading.writer.part.bodies;
    if (isBodyEmpty(head.contentLength, head.transferEncoding)) {
      takeBody(options, exchange, reading, NO_BYTES);
      return;
    }
    readBody(
      exchange,
      head.contentLength,
      reading.writer.part.bodies,
      () => options.now() - nowMs > BODY_READ_MS,
      (body) => options.guard(exchange, () => takeBody(options, exchange, reading, body)),
      (error) => answerError(exchange, error),
    );
  };
}

function readingOf(
  head: RequestHead,
  kind: ParsedLogs['kind'],
  writer: Writer,
  receivedAtMs: number,
): Reading | ContractError {
  const protocol = protocolOf(head.contentType);
  if (protocol instanceof ContractError) return protocol;
  const compression = compressionOf(head.contentEncoding);
  if (compression instanceof ContractError) return compression;
  const refusal = bodyRefusal(head.contentLength, head.transferEncoding, writer.part.bodies);
  if (refusal !== null) return refusal;
  const { idempotencyKey } = head;
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY_FORM.test(idempotencyKey)) return BAD_IDEMPOTENCY_KEY;
  return { writer, kind, protocol, compression, idempotencyKey, receivedAtMs };
}

function takeBody(options: IngestOptions, exchange: Exchange, reading: Reading, body: Uint8Array): void {
  options.counts.bodyBytes += body.byteLength;
  if (reading.compression === 'identity') {
    file(options, exchange, reading, body);
    return;
  }
  // Held by the inflation, not by the exchange: the copy of what was sent outlives a client that goes away.
  const sentBytes = exchange.heldBytes;
  exchange.heldBytes = 0;
  const isGone = () => exchange.done;
  options.inflater.inflate(body, reading.compression, reading.writer.part.bodies, isGone, (inflated) => {
    exchange.heldBytes += sentBytes;
    if (inflated instanceof Buffer) {
      exchange.heldBytes += inflated.byteLength;
      options.counts.inflatedBytes += inflated.byteLength;
    }
    // A client that is gone gets nothing stored; its exchange has ended, so it gives nothing back any more.
    if (exchange.done || inflated === null) releaseBody(exchange);
    else if (inflated instanceof ContractError) answerError(exchange, inflated);
    else options.guard(exchange, () => file(options, exchange, reading, inflated));
  });
}

function releaseBody(exchange: Exchange): void {
  exchange.bodies?.give(exchange.heldBytes);
  exchange.heldBytes = 0;
}

/** Files the logs; answers at once only where there is nothing to wait for. */
function file(options: IngestOptions, exchange: Exchange, reading: Reading, body: Uint8Array): void {
  const { writer, receivedAtMs, idempotencyKey } = reading;
  const { entry, source } = writer;
  const commit = options.commit();
  if (commit === null) {
    answerError(exchange, busNotReached());
    return;
  }
  options.shedding.filed(writer.part.share, body.byteLength);
  const filed = commit.submit(
    {
      source,
      receivedAtMs,
      expiresOnDay: expiresOnDay(receivedAtMs, entry.retentionDays),
      requestId: idempotencyKey === undefined ? null : requestIdOf(source.projectId, source.mode, idempotencyKey),
      kind: reading.kind,
      protocol: reading.protocol,
      body,
    },
    exchange,
  );
  if (filed instanceof ContractError) {
    answerError(exchange, filed);
    return;
  }
  // The body is in the block now; while it waits for the disk it is charged there.
  releaseBody(exchange);
  if (filed.rejectedByCode !== null) countRejected(options, entry.keyId, filed.rejectedByCode);
  if (filed.accepted === 0 && filed.rejectedCount > 0) {
    // Each of its logs was counted.
    exchange.keyId = null;
    answerError(exchange, noneAccepted(filed));
    return;
  }
  options.counts.acceptedLogs += filed.accepted;
  charge(exchange, writer.project, filed);
  exchange.pendingBody = acceptedBody(filed, source, writer.receiptSecret);
  if (filed.accepted === 0) answer(exchange, 202, exchange.pendingBody);
}

/** A repeat under an Idempotency-Key is charged again: whether its original was stored, nobody here can tell. */
function charge(exchange: Exchange, project: ProjectUse, { accepted, logBytes }: Filed): void {
  project.logs += accepted;
  project.bytes += logBytes;
  exchange.charged = project;
  exchange.chargedLogs = accepted;
  exchange.chargedBytes = logBytes;
}

/** Gives back what was charged for logs that could not be written: clients send them again. */
export function giveBack(exchange: Exchange): void {
  if (exchange.charged === null) return;
  exchange.charged.logs -= exchange.chargedLogs;
  exchange.charged.bytes -= exchange.chargedBytes;
  exchange.charged = null;
}

function countRejected(options: IngestOptions, keyId: string, byCode: ReadonlyMap<string, number>): void {
  for (const [code, count] of byCode) {
    options.usage.rejected(keyId, code, count);
    options.counts.rejectedLogs.set(code, (options.counts.rejectedLogs.get(code) ?? 0) + count);
  }
}
