// GET /threads/{id}/messages
import { listQuerySchema, pageSchema, pathIdSchema, threadMessageSchema } from '@sazabi/contract/schemas';
import { findThread, listThreadMessages } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { listPage, type PageRead } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentThreadMessage } from './present.ts';

export function listThreadMessagesRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/threads/:id/messages',
    config: { access: 'threads:read' },
    schema: {
      tags: ['Threads'],
      summary: 'A thread’s messages, oldest first',
      params: pathIdSchema,
      querystring: listQuerySchema,
      response: { 200: pageSchema(threadMessageSchema), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const thread = await findThread(db.orm, callerOf(request).organizationId, pathId(request.params, 'thread'));
      if (thread === null) throw notFound('thread');
      const read = ({ limit, last }: PageRead) => listThreadMessages(db.orm, thread, { limit, after: last });
      return await listPage(request.query, read, presentThreadMessage);
    },
  });
}
