// GET /public-keys/{id}
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, publicKeySchema, successSchema } from '@sazabi/contract/schemas';
import { findPublicKey } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentPublicKey } from './present.ts';

export function getPublicKeyRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/public-keys/:id',
    config: { access: 'keys:read' },
    schema: {
      tags: ['Public keys'],
      summary: 'One public key',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(publicKeySchema), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const row = await findPublicKey(db.orm, caller.organizationId, pathId(request.params, 'public key'));
      if (row === null || (caller.mode === 'test' && row.mode === 'live')) throw notFound('public key');
      return success(presentPublicKey(row));
    },
  });
}
