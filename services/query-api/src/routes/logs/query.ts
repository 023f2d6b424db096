// POST /logs/query: a page of logs.
import { logsQueryAnswerSchema, logsQuerySchema } from '@sazabi/contract';
import { noQuerySchema } from '@sazabi/contract/schemas';
import { queryLogs } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from './signal.ts';

const EXAMPLE = {
  from: '-1h',
  search: { query: 'payment failed', mode: 'all' },
  filters: [
    { field: 'level', op: 'in', value: ['error', 'fatal'] },
    { field: 'attributes.order.total', op: 'gte', value: 100 },
  ],
  limit: 100,
};

export function queryLogsRoute(app: App, { logStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'POST',
    url: '/logs/query',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'Search logs, page by page',
      description: 'Following nextCursor sees every log that was there at the first page exactly once.',
      querystring: noQuerySchema,
      body: logsQuerySchema.meta({ examples: [EXAMPLE] }),
      response: { 200: logsQueryAnswerSchema, ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const scope = await tenancy.logScope(caller, request.body.projectId);
      const signal = askerGone(reply);
      const found = await querySlots.run(caller.organizationId, reply.raw, () =>
        queryLogs(logStore, scope, request.body, { signal }),
      );
      return { data: [...found.data], nextCursor: found.nextCursor, meta: found.meta, error: null };
    },
  });
}
