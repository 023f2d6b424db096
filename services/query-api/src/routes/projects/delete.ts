// DELETE /projects/{id}: answered once every connected intake refuses its keys.
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { deleteProject } from '@sazabi/control-db';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { refuseTestKey } from '../modes.ts';

export function deleteProjectRoute(app: App, { db, feed }: Context): void {
  app.route({
    method: 'DELETE',
    url: '/projects/:id',
    config: { access: 'projects:write' },
    schema: {
      tags: ['Projects'],
      summary:
        'Delete a project for good: its logs are hidden at once and removed within a day, its public keys revoked',
      description:
        'The keys stay listed as revoked. The last project can be deleted too: then a public key needs a new one.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Deleted'), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'project');
      refuseTestKey(caller, 'projects');
      const seq = await deleteProject(db.orm, caller.organizationId, id, caller.actor);
      if (seq === null) throw notFound('project');
      await feed.inForce(seq);
      return await reply.code(204).send();
    },
  });
}
