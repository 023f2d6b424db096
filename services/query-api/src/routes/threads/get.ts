// GET /threads/{id}
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, successSchema, threadSchema } from '@sazabi/contract/schemas';
import { findThread } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentThread } from './present.ts';

export function getThreadRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/threads/:id',
    config: { access: 'threads:read' },
    schema: {
      tags: ['Threads'],
      summary: 'One thread, without its messages',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(threadSchema), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const thread = await findThread(db.orm, callerOf(request).organizationId, pathId(request.params, 'thread'));
      if (thread === null) throw notFound('thread');
      return success(presentThread(thread));
    },
  });
}
