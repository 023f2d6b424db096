// Which path is answered by whom, and what is answered to everything else.
import { ContractError, success } from '@sazabi/contract';
import type { Ingest } from '../ingest/ingest.ts';
import type { LookAtRate } from '../ingest/rate-look.ts';
import { PREFLIGHT_HEADERS } from './cors.ts';
import { answer, answerError, type Exchange, type ExchangeOptions, openExchange } from './exchange.ts';
import { type RequestHead, readHead } from './request-head.ts';
import type { UwsRequest, UwsResponse } from './uws.ts';

export interface RouteOptions {
  readonly ingest: Ingest;
  readonly exchange: ExchangeOptions;
  /** What /version answers. */
  readonly version: { readonly name: string; readonly version: string };
  /** Why the intake is not ready, or null when it is. */
  readonly notReady: () => Promise<string | null>;
  readonly lookAtRate: LookAtRate;
  readonly guard: Guard;
}

/** Runs `work` so that what nobody expected becomes a 500, logged once. */
export type Guard = <Argument>(
  exchange: Exchange,
  work: (exchange: Exchange, argument: Argument) => void,
  argument: Argument,
) => void;

type Route = (exchange: Exchange, head: RequestHead) => void;

const WRITE = 'POST, OPTIONS';
const READ = 'GET, HEAD, OPTIONS';
const NOT_FOUND = new ContractError(
  'NOT_FOUND',
  'There is nothing at this path. Logs are posted to /v1/logs, events to /v1/events.',
);

/** The handler for the server: any method, any path. */
export function createRoutes(options: RouteOptions): (response: UwsResponse, request: UwsRequest) => void {
  const writeTo =
    (kind: 'log' | 'event'): Route =>
    (exchange, head) =>
      options.ingest(exchange, head, kind);
  const writes: ReadonlyMap<string, Route> = new Map([
    ['/v1/logs', writeTo('log')],
    ['/v1/events', writeTo('event')],
  ]);
  const reads: ReadonlyMap<string, Route> = new Map([
    ['/healthz', (exchange) => answerJson(exchange, { status: 'ok' })],
    ['/readyz', (exchange) => answerReadiness(exchange, options.notReady)],
    ['/version', (exchange) => answerJson(exchange, options.version)],
  ]);

  const refuse = (exchange: Exchange, head: RequestHead, error: ContractError): void => {
    exchange.rate = options.lookAtRate(head);
    answerError(exchange, error);
  };
  const route: Route = (exchange, head) => {
    const { method, path } = head;
    const write = writes.get(path);
    const read = reads.get(path);
    if (write === undefined && read === undefined) refuse(exchange, head, NOT_FOUND);
    else if (method === 'OPTIONS') answer(exchange, 204, '', PREFLIGHT_HEADERS);
    else if (write !== undefined && method === 'POST') write(exchange, head);
    else if (read !== undefined && (method === 'GET' || method === 'HEAD')) read(exchange, head);
    else refuse(exchange, head, methodNotAllowed(write === undefined ? READ : WRITE));
  };
  return (response, request) => {
    const head = readHead(request);
    options.guard(openExchange(response, head, options.exchange), route, head);
  };
}

function answerJson(exchange: Exchange, data: unknown): void {
  answer(exchange, 200, JSON.stringify(success(data)));
}

function answerReadiness(exchange: Exchange, notReady: () => Promise<string | null>): void {
  const unready = (reason: string) =>
    answerError(exchange, new ContractError('SERVICE_UNAVAILABLE', reason, {}, { retryAfterSeconds: 1 }));
  notReady().then(
    (reason) => (reason === null ? answerJson(exchange, { status: 'ready' }) : unready(reason)),
    () => unready('Readiness cannot be told.'),
  );
}

function methodNotAllowed(allow: string): ContractError {
  return new ContractError('METHOD_NOT_ALLOWED', `This path takes ${allow}.`, {}, { allow });
}
