// DELETE /public-keys/{id}, DELETE /secret-keys/{id}: answered once every connected intake refuses the key.
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { type KeyRow, revokeKey } from '@sazabi/control-db';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import type { KeyKind } from './key-kind.ts';
import { untilInForce } from './until-in-force.ts';

export function revokeKeyRoute<Row extends KeyRow>(app: App, { db, feed }: Context, kind: KeyKind<Row>): void {
  app.route({
    method: 'DELETE',
    url: `${kind.path}/:id`,
    config: { access: 'keys:write' },
    schema: {
      tags: [kind.tag],
      summary: `Revoke a ${kind.what}, at once and for good; it stays listed`,
      description: 'No call takes the last secret key that holds admin and never expires.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Revoked'), ...guardedFailures('NOT_FOUND', 'CONFLICT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, kind.what);
      const permit = (row: Row) => kind.permit(caller, row);
      const revoked = await revokeKey(kind.table, db.orm, caller.organizationId, id, permit, caller.actor);
      if (revoked === null) throw notFound(kind.what);
      await untilInForce(feed, revoked.seq);
      return await reply.code(204).send();
    },
  });
}
