// DELETE /threads/{id}
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { deleteThread } from '@sazabi/control-db';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';

export function deleteThreadRoute(app: App, { db }: Context): void {
  app.route({
    method: 'DELETE',
    url: '/threads/:id',
    config: { access: 'threads:write' },
    schema: {
      tags: ['Threads'],
      summary: 'Delete a thread and its messages, for good',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Deleted'), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const deleted = await deleteThread(db.orm, callerOf(request).organizationId, pathId(request.params, 'thread'));
      if (!deleted) throw notFound('thread');
      return await reply.code(204).send();
    },
  });
}
