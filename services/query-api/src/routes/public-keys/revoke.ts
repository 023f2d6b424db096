// DELETE /public-keys/{id}: answered once every connected intake refuses the key.
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { findPublicKey, revokePublicKey } from '@sazabi/control-db';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { refuseOtherMode } from '../modes.ts';

export function revokePublicKeyRoute(app: App, { db, feed }: Context): void {
  app.route({
    method: 'DELETE',
    url: '/public-keys/:id',
    config: { access: 'keys:write' },
    schema: {
      tags: ['Public keys'],
      summary: 'Revoke a public key, at once and for good; it stays listed',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Revoked'), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'public key');
      const row = await findPublicKey(db.orm, caller.organizationId, id);
      if (row === null) throw notFound('public key');
      refuseOtherMode(caller, row.mode);
      const seq = await revokePublicKey(db.orm, caller.organizationId, id, caller.actor);
      if (seq !== null) await feed.inForce(seq);
      return await reply.code(204).send();
    },
  });
}
