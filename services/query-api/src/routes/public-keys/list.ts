// GET /public-keys
import { listQuerySchema, pageSchema, publicKeySchema } from '@sazabi/contract/schemas';
import { listPublicKeys } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { pageOf, readCursor } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { visibleMode } from '../modes.ts';
import { presentPublicKey } from './present.ts';

export function listPublicKeysRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/public-keys',
    config: { access: 'keys:read' },
    schema: {
      tags: ['Public keys'],
      summary: 'All public keys, revoked ones too, newest first; a test key sees test keys',
      querystring: listQuerySchema,
      response: { 200: pageSchema(publicKeySchema), ...guardedFailures() },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { limit, cursor } = request.query;
      const options = { limit: limit + 1, before: readCursor(cursor), mode: visibleMode(caller) };
      return pageOf(await listPublicKeys(db.orm, caller.organizationId, options), limit, presentPublicKey);
    },
  });
}
