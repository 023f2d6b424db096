// GET /logs/fields: attribute keys, services and other values, with counts.
import { logFieldsQuerySchema, logFieldsSchema, success } from '@sazabi/contract';
import { successSchema } from '@sazabi/contract/schemas';
import { queryFields } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from './signal.ts';

export function logFieldsRoute(app: App, { logStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'GET',
    url: '/logs/fields',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'Which attribute keys, services, environments, hosts and levels logs have',
      querystring: logFieldsQuerySchema,
      response: { 200: successSchema(logFieldsSchema), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const scope = await tenancy.logScope(caller, request.query.projectId);
      const signal = askerGone(reply);
      return success(
        await querySlots.run(caller.organizationId, reply.raw, () =>
          queryFields(logStore, scope, request.query, { signal }),
        ),
      );
    },
  });
}
