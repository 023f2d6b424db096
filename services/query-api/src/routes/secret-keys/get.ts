// GET /secret-keys/{id}
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, secretKeySchema, successSchema } from '@sazabi/contract/schemas';
import { findSecretKey } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentSecretKey } from './present.ts';

export function getSecretKeyRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/secret-keys/:id',
    config: { access: 'keys:read' },
    schema: {
      tags: ['Secret keys'],
      summary: 'One secret key',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(secretKeySchema), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const row = await findSecretKey(db.orm, caller.organizationId, pathId(request.params, 'secret key'));
      if (row === null || (caller.mode === 'test' && row.mode === 'live')) throw notFound('secret key');
      return success(presentSecretKey(row));
    },
  });
}
