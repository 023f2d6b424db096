// The connections of a run: gives each request the next body and key, and tells what became of it.
import { IDEMPOTENCY_KEY_HEADER, PUBLIC_KEY_HEADER } from '@sazabi/contract';
import { ANSWER_TIMEOUT_MS, RECONNECT_MS, TIMEOUT_CHECK_MS } from '../limits.ts';
import type { BodyPool, PooledBody } from '../logs/body-pool.ts';
import { CONTENT_TYPES, type Compression, compressBody, type Encoding } from '../logs/encoding.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Answer } from './read-answer.ts';

export interface Outcome {
  /** Numbers in the order of sending, from 0. */
  readonly request: number;
  /** By `performance.now()`: when it should have been sent, was sent, and was answered or failed. */
  readonly dueMs: number;
  readonly sentMs: number;
  readonly doneMs: number;
  /** By `Date.now()`: the time of its newest log. */
  readonly stampMs: number;
  /** 0: no answer. */
  readonly status: number;
  /** The code of a refusal, or why there was no answer. */
  readonly code: string;
  /** Logs acknowledged. */
  readonly accepted: number;
  /** Not acknowledged, and yet it may be stored: the answer was lost, or came after the append. */
  readonly unclear: boolean;
  readonly bodyBytes: number;
}

export interface SenderOptions {
  readonly url: URL;
  readonly publicKeys: readonly string[];
  readonly connections: number;
  readonly pool: BodyPool;
  readonly encoding: Encoding;
  readonly compression: Compression;
  /** Each request carries an Idempotency-Key that begins so. */
  readonly idempotencyPrefix?: string | undefined;
  readonly userAgent: string;
  readonly answerTimeoutMs?: number;
}

export interface Sender {
  hasIdle(): boolean;
  readonly underWay: number;
  /** Sends the next request by an idle connection. @throws RangeError where none is idle */
  send(dueMs: number): void;
  /** Called for each request once it is over; the connection is idle again. */
  onOutcome: (outcome: Outcome) => void;
  /** Gives up what is under way. */
  abort(reason: string): void;
  close(): void;
}

interface Lane {
  readonly connection: Connection;
  request: number;
  dueMs: number;
  sentMs: number;
  stampMs: number;
  body: PooledBody | null;
  bodyBytes: number;
}

const ACCEPTED = /"accepted":(\d+)/;
const CODE = /"code":"([A-Z_]{1,60})"/;
const NOT_STORED = '"accepted":false';
/** The fields that are looked for stand at the front of an answer; a refusal has its message before the last of them. */
const ANSWER_FRONT_BYTES = 1024;

export function createSender(options: SenderOptions): Sender {
  const {
    pool,
    connections,
    compression,
    publicKeys,
    idempotencyPrefix,
    answerTimeoutMs = ANSWER_TIMEOUT_MS,
  } = options;
  const heads = publicKeys.map((key) => headOf(options, key));
  const lanes = Array.from({ length: connections }, () => openLane());
  const idle = [...lanes];
  let next = 0;

  function openLane(): Lane {
    const lane: Lane = {
      connection: createConnection(options.url, {
        answered: (answer) => finish(lane, answer.status, answer),
        failed: (reason) => finish(lane, 0, reason),
      }),
      request: -1,
      dueMs: 0,
      sentMs: 0,
      stampMs: 0,
      body: null,
      bodyBytes: 0,
    };
    return lane;
  }
  const finish = (lane: Lane, status: number, result: Answer | string): void => {
    const { request, dueMs, sentMs, stampMs, body, bodyBytes } = lane;
    if (body === null) return;
    pool.give(body);
    lane.body = null;
    const front = typeof result === 'string' ? '' : result.body.toString('latin1', 0, ANSWER_FRONT_BYTES);
    const outcome: Outcome = {
      request,
      dueMs,
      sentMs,
      doneMs: performance.now(),
      stampMs,
      status,
      code: typeof result === 'string' ? result : (CODE.exec(front)?.[1] ?? ''),
      accepted: status === 202 ? Number(ACCEPTED.exec(front)?.[1] ?? 0) : 0,
      unclear: status === 0 || (status >= 500 && !front.includes(NOT_STORED)),
      bodyBytes,
    };
    const release = (): void => {
      idle.push(lane);
      sender.onOutcome(outcome);
    };
    if (status === 0) setTimeout(release, RECONNECT_MS);
    else release();
  };
  const checkTimeouts = (): void => {
    const before = performance.now() - answerTimeoutMs;
    for (const lane of lanes) if (lane.body !== null && lane.sentMs < before) lane.connection.abort('TIMEOUT');
  };
  const timer = setInterval(checkTimeouts, Math.min(TIMEOUT_CHECK_MS, answerTimeoutMs));

  const sender: Sender = {
    hasIdle: () => idle.length > 0,
    get underWay() {
      return lanes.length - idle.length;
    },
    onOutcome: () => undefined,
    send(dueMs) {
      const lane = idle.pop();
      if (lane === undefined) throw new RangeError('Every connection is busy.');
      lane.request = next;
      next += 1;
      lane.dueMs = dueMs;
      lane.stampMs = Date.now();
      lane.body = pool.take(lane.request, lane.stampMs);
      const body = compressBody(lane.body.bytes, compression);
      lane.bodyBytes = body.length;
      const idempotency =
        idempotencyPrefix === undefined ? '' : `\r\n${IDEMPOTENCY_KEY_HEADER}: ${idempotencyPrefix}-${lane.request}`;
      lane.sentMs = performance.now();
      lane.connection.send(`${heads[lane.request % heads.length]}${body.length}${idempotency}\r\n\r\n`, body);
    },
    abort(reason) {
      for (const lane of lanes) if (lane.body !== null) lane.connection.abort(reason);
    },
    close() {
      clearInterval(timer);
      for (const { connection } of lanes) connection.close();
    },
  };
  return sender;
}

/** All of a head but the length and what stands behind it. */
function headOf({ url, encoding, compression, userAgent }: SenderOptions, publicKey: string): string {
  return [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    `user-agent: ${userAgent}`,
    `${PUBLIC_KEY_HEADER}: ${publicKey}`,
    `content-type: ${CONTENT_TYPES[encoding]}`,
    ...(compression === 'none' ? [] : [`content-encoding: ${compression}`]),
    'content-length: ',
  ].join('\r\n');
}
