// Every guarded call, before its body is read: who calls, how often, and whether the key's scopes allow it. After a body that
// was long in coming it is asked again.
import { ContractError, holdsScope, RATE_LIMIT_HEADERS, type Scope } from '@sazabi/contract';
import { createRateLimiter, effectiveLimitPerMinute, type RateVerdict } from '@sazabi/keys';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticated, Caller, Tenancy } from '../tenancy.ts';
import type { App } from './app.ts';
import { letPageRead } from './cors.ts';
import { expectedFailure } from './failures.ts';
import { lacksScope } from './lacks-scope.ts';

/** What a route asks of the caller: a scope, `any` valid key, or nothing (`none`). */
export type Access = Scope | 'any' | 'none';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller | null;
    /** Whether nothing of the request was still to come when its key was judged. */
    judgedWhole: boolean;
  }
}

export interface GuardParts {
  readonly tenancy: Tenancy;
  /** The operator's, in requests a minute; null = none. */
  readonly rateLimitCap: number | null;
  /** Replicas of the API that share a key's limit and burst evenly. */
  readonly liveReplicas: () => number;
  /** Whether there is a control store to ask. */
  readonly isStarted: () => boolean;
}

export function guardRoutes(app: App, { tenancy, rateLimitCap, liveReplicas, isStarted }: GuardParts): void {
  const limiter = createRateLimiter();
  app.decorateRequest('caller', null);
  app.decorateRequest('judgedWhole', false);
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined && !url.startsWith('/docs'))
      throw new Error(`${url} does not say who may call it.`);
  });
  const authenticate = async (request: FastifyRequest): Promise<Authenticated> => {
    if (!isStarted()) throw starting();
    return await tenancy.authenticate(request);
  };
  /** Unknown paths and methods need no key; a good one is counted there like anywhere. */
  const whoeverCalls = async (request: FastifyRequest): Promise<Authenticated | null> => {
    try {
      return await authenticate(request);
    } catch (error) {
      if (expectedFailure(error) === null) throw error;
      return null;
    }
  };

  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access ?? 'none';
    if (access === 'none' && !request.is404) return;
    const authenticated = await (request.is404 ? whoeverCalls(request) : authenticate(request));
    if (authenticated === null) return;
    const { caller, refusal } = authenticated;
    // One that is refused for its origin is told too, and counts: it was looked up like any other.
    const limit = effectiveLimitPerMinute(caller.rateLimitPerMinute, rateLimitCap);
    const verdict = limiter.take(caller.keyId, limit, liveReplicas(), Date.now());
    if (verdict !== null) tellLimit(reply, verdict);
    if (refusal !== null) throw refusal;
    request.caller = caller;
    request.judgedWhole = request.raw.complete;
    // The key may be used from there, so its page can read what comes of it, failures too.
    if (request.headers.origin !== undefined) letPageRead(reply, request.headers.origin);
    if (verdict?.allowed === false) throw tooManyRequests(verdict.retryAfterSeconds);
    requireAccess(caller, access);
  });

  // Whoever holds a body back could do with a key that was revoked meanwhile what it may not do any more: make another key.
  app.addHook('preValidation', async (request) => {
    if (request.caller === null || request.judgedWhole || request.is404) return;
    const { caller, refusal } = await authenticate(request);
    if (refusal !== null) throw refusal;
    requireAccess(caller, request.routeOptions.config.access ?? 'none');
    request.caller = caller;
  });
}

function requireAccess(caller: Caller, access: Access): void {
  if (access !== 'any' && access !== 'none') requireScope(caller, access);
}

function tellLimit(reply: FastifyReply, { limit, remaining, resetUnixSeconds }: RateVerdict): void {
  reply
    .header(RATE_LIMIT_HEADERS.limit, String(limit))
    .header(RATE_LIMIT_HEADERS.remaining, String(remaining))
    .header(RATE_LIMIT_HEADERS.reset, String(resetUnixSeconds));
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('The route is not guarded.');
  return request.caller;
}

/** @throws ContractError INSUFFICIENT_PERMISSIONS */
export function requireScope(caller: Caller, scope: Scope): void {
  if (holdsScope(caller.scopes, scope)) return;
  throw lacksScope(scope);
}

function starting(): ContractError {
  return new ContractError(
    'SERVICE_UNAVAILABLE',
    'The control store does not answer yet. Try again.',
    {},
    { retryAfterSeconds: 1 },
  );
}

export function tooManyRequests(retryAfterSeconds: number, why = ''): ContractError {
  return new ContractError(
    'RATE_LIMIT_EXCEEDED',
    `Too many requests. Please retry after ${retryAfterSeconds} seconds.${why}`,
    {},
    { retryAfterSeconds },
  );
}
