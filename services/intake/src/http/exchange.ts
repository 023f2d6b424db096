// One request under way: what its answer needs, and the only place that writes an answer.
import { ContractError, type ErrorCode, RATE_LIMIT_HEADERS, REQUEST_ID_HEADER, requestIdFrom } from '@sazabi/contract';
import type { RateVerdict } from '@sazabi/keys';
import type { BytesRoom } from '../bytes-budget.ts';
import { ANSWER_BYTES_AT_ONCE, BODILESS_ANSWERS_MAX } from '../limits.ts';
import { corsHeaders } from './cors.ts';
import type { RequestHead } from './request-head.ts';
import type { UwsResponse } from './uws.ts';

/** Reason phrases of the statuses that are answered. */
const STATUS_LINES: Readonly<Record<number, string>> = {
  200: '200 OK',
  202: '202 Accepted',
  204: '204 No Content',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not Found',
  405: '405 Method Not Allowed',
  413: '413 Content Too Large',
  415: '415 Unsupported Media Type',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
};

export interface Exchange {
  readonly response: UwsResponse;
  readonly requestId: string;
  readonly origin: string;
  readonly headOnly: boolean;
  /** Set once the key is known. */
  rate: RateVerdict | null;
  /** Answered, or the client is gone: the response must not be touched any more. */
  done: boolean;
  /** Where its body's bytes are taken; null while none may be. */
  bodies: BytesRoom | null;
  /** What is taken there for this request; whoever ends it gives it back. */
  heldBytes: number;
  /** The key under which a refusal counts; null while none is known, and where the answer is no refusal. */
  keyId: string | null;
  readonly options: ExchangeOptions;
}

export interface ExchangeOptions {
  readonly generateRequestId: () => string;
  readonly opened: () => void;
  /** Called once for each, when it is answered or the client is gone (then with status 0). */
  readonly ended: (exchange: Exchange, status: number) => void;
  /** A request with a known key was refused whole. */
  readonly refused: (keyId: string, code: ErrorCode) => void;
  /** Connections end with their next answer, so that clients go elsewhere. */
  readonly isStopping: () => boolean;
}

/** Opens the exchange; from here on a client that goes away is noticed. */
export function openExchange(response: UwsResponse, head: RequestHead, options: ExchangeOptions): Exchange {
  const exchange: Exchange = {
    response,
    requestId: requestIdFrom(head.requestId === '' ? undefined : head.requestId, options.generateRequestId),
    origin: head.origin,
    headOnly: head.method === 'HEAD',
    rate: null,
    done: false,
    bodies: null,
    heldBytes: 0,
    keyId: null,
    options,
  };
  options.opened();
  response.onAborted(() => {
    if (exchange.done) return;
    exchange.done = true;
    options.ended(exchange, 0);
  });
  return exchange;
}

/** Writes the answer, once; nothing where the client is gone. `moreHeaders` are whole lines, each with its CRLF. */
export function answer(exchange: Exchange, status: number, body: string | Uint8Array, moreHeaders = ''): void {
  if (exchange.done) return;
  exchange.done = true;
  writing = { exchange, status, body, moreHeaders };
  exchange.response.cork(writeCorked);
  exchange.options.ended(exchange, status);
}

/** Answers with the contract's error envelope. */
export function answerError(exchange: Exchange, error: ContractError): void {
  if (exchange.done) return;
  if (exchange.keyId !== null) exchange.options.refused(exchange.keyId, error.code);
  let headers = '';
  if (error.retryAfterSeconds !== undefined) headers += `retry-after: ${Math.max(1, error.retryAfterSeconds)}\r\n`;
  if (error.allow !== undefined) headers += `allow: ${error.allow}\r\n`;
  answer(exchange, error.status, error.toBody(exchange.requestId), headers);
}

/** The answer to what nobody expected: logged by the caller, told without any detail. */
export function internalError(): ContractError {
  return new ContractError(
    'INTERNAL_ERROR',
    'Something failed here, not in your request. Send it again; with an Idempotency-Key it is stored once.',
  );
}

interface Answer {
  readonly exchange: Exchange;
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly moreHeaders: string;
}
// One answer is written at a time, so what uWebSockets calls can be one function that writes what this names.
let writing: Answer;
const writeCorked = () => write(writing);

// A call into the native module costs 0.3 µs: the status line and all headers go in as one.
function write({ exchange, status, body, moreHeaders }: Answer): void {
  const { response, rate } = exchange;
  const limits =
    rate === null
      ? ''
      : `${RATE_LIMIT_HEADERS.limit}: ${rate.limit}\r\n${RATE_LIMIT_HEADERS.remaining}: ${rate.remaining}\r\n${RATE_LIMIT_HEADERS.reset}: ${rate.resetUnixSeconds}\r\n`;
  const type = status === 204 ? '' : 'content-type: application/json\r\n';
  response.writeStatus(
    `${STATUS_LINES[status] ?? status}\r\n${REQUEST_ID_HEADER}: ${exchange.requestId}\r\n${type}${limits}${moreHeaders}${corsHeaders(exchange.origin)}`,
  );
  if (status === 204 || exchange.headOnly) endWithoutBody(exchange, status, body);
  else if (exchange.options.isStopping()) response.end(body, true);
  else endWithBody(response, body);
}

/**
 * A client that sends requests and never reads the answers must not make us keep them: the body goes to the socket as far
 * as that takes it, and the rest when it takes more. A small one that is not taken at once means that the answer before
 * it was not read either: that connection is closed.
 */
function endWithBody(response: UwsResponse, body: string | Uint8Array): void {
  const bodyBytes = Buffer.byteLength(body);
  const [taken] = response.tryEnd(body, bodyBytes);
  if (taken) return;
  if (bodyBytes <= ANSWER_BYTES_AT_ONCE) {
    response.close();
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : Uint8Array.from(body);
  response.onWritable((offset) => response.tryEnd(bytes.subarray(offset), bodyBytes)[0]);
}

let answersWithoutBody = 0;

/** Whether the client reads cannot be told from an answer without a body; so now and then one ends its connection. */
function endWithoutBody(exchange: Exchange, status: number, body: string | Uint8Array): void {
  answersWithoutBody += 1;
  const close = exchange.options.isStopping() || answersWithoutBody % BODILESS_ANSWERS_MAX === 0;
  // A 204 should have no content-length (RFC 9110, section 8.6), but uWebSockets closes only what has one.
  if (status === 204 && !close) exchange.response.endWithoutBody();
  else exchange.response.endWithoutBody(Buffer.byteLength(body), close);
}
