// Every guarded call, before its body is read: who calls, how often, and whether the key's scopes allow it.
import { ContractError, holdsScope, RATE_LIMIT_HEADERS, type Scope } from '@sazabi/contract';
import { createRateLimiter, effectiveLimitPerMinute } from '@sazabi/keys';
import type { FastifyRequest } from 'fastify';
import type { Caller, Tenancy } from '../tenancy.ts';
import type { App } from './app.ts';
import { letPageRead } from './cors.ts';

/** What a route asks of the caller: a scope, `any` valid key, or nothing (`none`). */
export type Access = Scope | 'any' | 'none';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller | null;
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
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined && !url.startsWith('/docs'))
      throw new Error(`${url} does not say who may call it.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access ?? 'none';
    if (access === 'none') return;
    if (!isStarted()) throw starting();
    const caller = await tenancy.authenticate(request);
    request.caller = caller;
    // The key may be used from there, so its page can read what comes of it, failures too.
    if (request.headers.origin !== undefined) letPageRead(reply, request.headers.origin);
    const limit = effectiveLimitPerMinute(caller.rateLimitPerMinute, rateLimitCap);
    const verdict = limiter.take(caller.keyId, limit, liveReplicas(), Date.now());
    if (verdict !== null) {
      reply
        .header(RATE_LIMIT_HEADERS.limit, String(verdict.limit))
        .header(RATE_LIMIT_HEADERS.remaining, String(verdict.remaining))
        .header(RATE_LIMIT_HEADERS.reset, String(verdict.resetUnixSeconds));
      if (!verdict.allowed) throw tooManyRequests(verdict.retryAfterSeconds);
    }
    if (access !== 'any') requireScope(caller, access);
  });
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('The route is not guarded.');
  return request.caller;
}

/** @throws ContractError INSUFFICIENT_PERMISSIONS */
export function requireScope(caller: Caller, scope: Scope): void {
  if (holdsScope(caller.scopes, scope)) return;
  throw new ContractError(
    'INSUFFICIENT_PERMISSIONS',
    `This needs the scope ${scope}, which your key does not hold. Use a key that does.`,
    {
      required_scope: scope,
    },
  );
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
