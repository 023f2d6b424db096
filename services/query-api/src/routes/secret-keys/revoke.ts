// DELETE /secret-keys/{id}: in force at once, as the key is asked of the control store at every request.
import { ContractError } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { findSecretKey, revokeSecretKey } from '@sazabi/control-db';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { refuseOtherMode } from '../modes.ts';
import { refuseEscalation } from './escalation.ts';

export function revokeSecretKeyRoute(app: App, { db }: Context): void {
  app.route({
    method: 'DELETE',
    url: '/secret-keys/:id',
    config: { access: 'keys:write' },
    schema: {
      tags: ['Secret keys'],
      summary:
        'Revoke a secret key, at once and for good; it stays listed. The last unexpiring admin key cannot be revoked',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Revoked'), ...guardedFailures('NOT_FOUND', 'CONFLICT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'secret key');
      const row = await findSecretKey(db.orm, caller.organizationId, id);
      if (row === null) throw notFound('secret key');
      refuseOtherMode(caller, row.mode);
      refuseEscalation(caller, row.scopes);
      const outcome = await revokeSecretKey(db.orm, caller.organizationId, id, caller.actor);
      if (outcome === 'not-found') throw notFound('secret key');
      if (outcome === 'last-admin')
        throw new ContractError(
          'CONFLICT',
          'This is the last admin key that does not expire: nobody could manage the organization without it. Make another one first.',
        );
      return await reply.code(204).send();
    },
  });
}
