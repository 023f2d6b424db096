// Brings one batch to the intake: tried again under one Idempotency-Key until it is answered, so that it is stored once.
import { setTimeout as wait } from 'node:timers/promises';
import { type ErrorCode, IDEMPOTENCY_KEY_HEADER, PUBLIC_KEY_HEADER } from '@sazabi/contract';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { withSlash } from '../http/api-client.ts';
import {
  failureMessageOf,
  failureSchema,
  type PresentedKey,
  parseJson,
  reasonOf,
  unreachable,
} from '../http/problems.ts';
import { USER_AGENT } from '../version.ts';
import type { Batch } from './batch.ts';
import { ANSWER_TIMEOUT_MS, RETRY_FIRST_MS, RETRY_FOR_MS, RETRY_MAX_MS } from './limits.ts';

export interface RejectedLog {
  readonly place: number;
  /** null: the answer has one for all of several logs, which fits some of them. */
  readonly code: string | null;
  readonly message: string;
}

export interface Delivered {
  readonly accepted: number;
  readonly rejectedCount: number;
  /** The intake names the first 100. */
  readonly rejected: readonly RejectedLog[];
  /** Of each request that logs were accepted of. */
  readonly receipts: readonly string[];
}

export interface DeliverOptions {
  readonly intakeUrl: string;
  readonly publicKey: PresentedKey;
  /** How long one batch is tried, in milliseconds. */
  readonly retryForMs?: number;
  readonly onRetry?: (reason: string, delayMs: number) => void;
}

const acceptedSchema = z.object({
  data: z.object({
    accepted: z.number(),
    rejectedCount: z.number(),
    rejected: z.array(z.object({ index: z.number(), code: z.string(), message: z.string() })),
    receipt: z.string().optional(),
  }),
});

const MIXED: ErrorCode = 'VALIDATION_ERROR';

type Attempt =
  | { readonly kind: 'delivered'; readonly delivered: Delivered }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number | null };

/** A deliverer of batches; `idempotencyKey` must be another for each. @throws CliError when a batch cannot be delivered */
export function createDeliverer(options: DeliverOptions): (batch: Batch, idempotencyKey: string) => Promise<Delivered> {
  const { intakeUrl, retryForMs = RETRY_FOR_MS } = options;
  // A server that never answered is a wrong address or not started; one that did is being restarted.
  let everAnswered = false;

  const deliver = async (batch: Batch, idempotencyKey: string): Promise<Delivered> => {
    const startedMs = performance.now();
    const deadlineMs = startedMs + retryForMs;
    for (let backoffMs = RETRY_FIRST_MS; ; backoffMs = Math.min(RETRY_MAX_MS, backoffMs * 2)) {
      const attempt = await tryOnce(options, batch, idempotencyKey).catch((error: unknown): Attempt => {
        if (!everAnswered && reasonOf(error) !== 'TimeoutError')
          throw unreachable('the intake', intakeUrl, 'SAZABI_INTAKE_URL', error);
        return { kind: 'again', reason: reasonOf(error), afterMs: null };
      });
      everAnswered = true;
      if (attempt.kind === 'delivered') return attempt.delivered;
      if (attempt.kind === 'refused') throw new CliError(attempt.message);
      if (attempt.kind === 'too-large') return await halves(batch, idempotencyKey);
      // Half of the wait is chance, so that many senders do not come back together.
      const delayMs = attempt.afterMs ?? backoffMs * (0.5 + Math.random() / 2);
      if (performance.now() + delayMs > deadlineMs)
        throw new CliError(`Gave up after ${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${attempt.reason}`);
      options.onRetry?.(attempt.reason, delayMs);
      await wait(delayMs);
    }
  };

  /** A log alone that is too large is rejected; of several, each half is tried under a key of its own. */
  const halves = async (batch: Batch, idempotencyKey: string): Promise<Delivered> => {
    if (batch.lines.length <= 1) {
      const rejected = batch.places.map((place) => ({
        place,
        code: 'PAYLOAD_TOO_LARGE',
        message: 'The log is too large.',
      }));
      return { accepted: 0, rejectedCount: rejected.length, rejected, receipts: [] };
    }
    const middle = Math.ceil(batch.lines.length / 2);
    const part = (from: number, to: number): Batch => ({
      lines: batch.lines.slice(from, to),
      places: batch.places.slice(from, to),
    });
    const first = await deliver(part(0, middle), `${idempotencyKey}.1`);
    const second = await deliver(part(middle, batch.lines.length), `${idempotencyKey}.2`);
    return {
      accepted: first.accepted + second.accepted,
      rejectedCount: first.rejectedCount + second.rejectedCount,
      rejected: [...first.rejected, ...second.rejected],
      receipts: [...first.receipts, ...second.receipts],
    };
  };
  return deliver;
}

async function tryOnce(options: DeliverOptions, batch: Batch, idempotencyKey: string): Promise<Attempt> {
  const response = await fetch(new URL('v1/logs', withSlash(options.intakeUrl)), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      'user-agent': USER_AGENT,
      [PUBLIC_KEY_HEADER]: options.publicKey.text,
      [IDEMPOTENCY_KEY_HEADER]: idempotencyKey,
    },
    body: batch.lines.join('\n'),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const text = await response.text();
  const answer = parseJson(text);
  if (response.status === 202) return readAccepted(batch, answer, response.url);
  const message = failureMessageOf(response.status, response.url, text, options.publicKey);
  switch (response.status) {
    case 413:
      return { kind: 'too-large' };
    case 400:
      return readAllRejected(batch, answer) ?? { kind: 'refused', message };
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return { kind: 'again', reason: message, afterMs: retryAfterMs(response.headers.get('retry-after')) };
    default:
      return { kind: 'refused', message };
  }
}

function readAccepted(batch: Batch, answer: unknown, url: string): Attempt {
  const parsed = acceptedSchema.safeParse(answer);
  if (!parsed.success) return { kind: 'refused', message: `${url} answered, but not as the Sazabi intake does.` };
  const { accepted, rejectedCount, rejected, receipt } = parsed.data.data;
  const receipts = receipt === undefined ? [] : [receipt];
  const placed = rejected.map(({ index, code, message }) => ({ place: batch.places[index] ?? 0, code, message }));
  return { kind: 'delivered', delivered: { accepted, rejectedCount, rejected: placed, receipts } };
}

/** 400 = none of the logs was accepted; its issues name the logs by index. Null where it is about the request as a whole. */
function readAllRejected(batch: Batch, answer: unknown): Attempt | null {
  const parsed = failureSchema.safeParse(answer);
  if (!parsed.success) return null;
  const { code, message, issues = [] } = parsed.data.error;
  // VALIDATION_ERROR is that of a request whose logs were rejected for different reasons, too: a line of NDJSON may be no JSON.
  const codeOfEach = code === MIXED && batch.places.length > 1 ? null : code;
  const rejected = issues.flatMap((issue): RejectedLog[] => {
    const place = batch.places[Number(/^\d+/.exec(issue.path)?.[0] ?? Number.NaN)];
    return place === undefined ? [] : [{ place, code: codeOfEach, message: issue.message }];
  });
  // A lone log can be told apart from the request without an index.
  const [alone] = batch.places;
  if (rejected.length === 0 && batch.places.length === 1 && alone !== undefined)
    rejected.push({ place: alone, code, message });
  if (rejected.length === 0) return null;
  return { kind: 'delivered', delivered: { accepted: 0, rejectedCount: batch.places.length, rejected, receipts: [] } };
}

/** `Retry-After` in seconds or as a date; null where it is not given. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
