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

/** @param rateLimitCap the operator's, in requests a minute; null = none */
export function guardRoutes(app: App, tenancy: Tenancy, rateLimitCap: number | null): void {
  const limiter = createRateLimiter();
  app.decorateRequest('caller', null);
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.access === undefined && !url.startsWith('/docs'))
      throw new Error(`${url} does not say who may call it.`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access ?? 'none';
    if (access === 'none') return;
    const caller = await tenancy.authenticate(request);
    request.caller = caller;
    // The key may be used from there, so its page can read what comes of it, failures too.
    if (request.headers.origin !== undefined) letPageRead(reply, request.headers.origin);
    // One replica counts for itself: shares among several come with them.
    const limit = effectiveLimitPerMinute(caller.rateLimitPerMinute, rateLimitCap);
    const verdict = limiter.take(caller.keyId, limit, 1, Date.now());
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

export function tooManyRequests(retryAfterSeconds: number, why = ''): ContractError {
  return new ContractError(
    'RATE_LIMIT_EXCEEDED',
    `Too many requests. Please retry after ${retryAfterSeconds} seconds.${why}`,
    {},
    { retryAfterSeconds },
  );
}
