// GET /threads
import { pageSchema, threadSchema, threadsQuerySchema } from '@sazabi/contract/schemas';
import { listThreads } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { pageOf, readCursor } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentThread } from './present.ts';

export function listThreadsRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/threads',
    config: { access: 'threads:read' },
    schema: {
      tags: ['Threads'],
      summary: 'The organization’s threads, newest first',
      querystring: threadsQuerySchema,
      response: { 200: pageSchema(threadSchema), ...guardedFailures() },
    },
    handler: async (request) => {
      const { limit, cursor, status } = request.query;
      const options = { limit: limit + 1, before: readCursor(cursor), status };
      return pageOf(await listThreads(db.orm, callerOf(request).organizationId, options), limit, presentThread);
    },
  });
}
