// POST /secret-keys
import { success, type ValidationIssue } from '@sazabi/contract';
import {
  createdSecretKeySchema,
  type NewSecretKeyBody,
  newSecretKeySchema,
  noQuerySchema,
  successSchema,
} from '@sazabi/contract/schemas';
import { createSecretKey } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { checkWantedKey } from '../key-fields.ts';
import { refuseOtherMode } from '../modes.ts';
import { refuseEscalation } from './escalation.ts';
import { presentSecretKey } from './present.ts';

export function createSecretKeyRoute(app: App, { db, rateLimitCap }: Context): void {
  app.route({
    method: 'POST',
    url: '/secret-keys',
    config: { access: 'keys:write' },
    schema: {
      tags: ['Secret keys'],
      summary: 'Make a secret key, with at most your own scopes; its text is in this answer and nowhere else',
      querystring: noQuerySchema,
      body: newSecretKeySchema,
      response: { 201: successSchema(createdSecretKeySchema), ...guardedFailures(...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      refuseOtherMode(caller, body.mode);
      refuseEscalation(caller, body.scopes);
      checkWantedKey(body, rateLimitCap, browserIssues(body));
      const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
      const wanted = { ...body, scopes: [...new Set(body.scopes)], expiresAt };
      const { row, key } = await createSecretKey(db.orm, caller.organizationId, wanted, caller.actor);
      return await reply.code(201).send(success({ ...presentSecretKey(row), key }));
    },
  });
}

function browserIssues({ allowBrowser, allowedOrigins }: NewSecretKeyBody): ValidationIssue[] {
  if (!allowBrowser || allowedOrigins.length > 0) return [];
  return [{ path: 'allowedOrigins', message: 'must name at least one origin where allowBrowser is true' }];
}
