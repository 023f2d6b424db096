// GET /secret-keys
import { listQuerySchema, pageSchema, secretKeySchema } from '@sazabi/contract/schemas';
import { listSecretKeys } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { pageOf, readCursor } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { visibleMode } from '../modes.ts';
import { presentSecretKey } from './present.ts';

export function listSecretKeysRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/secret-keys',
    config: { access: 'keys:read' },
    schema: {
      tags: ['Secret keys'],
      summary: 'All secret keys, revoked ones too, newest first; a test key sees test keys',
      querystring: listQuerySchema,
      response: { 200: pageSchema(secretKeySchema), ...guardedFailures() },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { limit, cursor } = request.query;
      const options = { limit: limit + 1, before: readCursor(cursor), mode: visibleMode(caller) };
      return pageOf(await listSecretKeys(db.orm, caller.organizationId, options), limit, presentSecretKey);
    },
  });
}
