// GET /threads
import { pageSchema, threadSchema, threadsQuerySchema } from '@sazabi/contract/schemas';
import { listThreads } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { listPage, type PageRead } from '../../http/page-cursor.ts';
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
    handler: (request) => {
      const { organizationId } = callerOf(request);
      const { status } = request.query;
      const read = ({ limit, last }: PageRead) => listThreads(db.orm, organizationId, { limit, before: last, status });
      return listPage(request.query, read, presentThread);
    },
  });
}
