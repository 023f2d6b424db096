// GET /logs/{id}: one log.
import { logAnswerSchema, success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { findLog } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from './signal.ts';

export function getLogRoute(app: App, { logStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'GET',
    url: '/logs/:id',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'One log, by the id of its row',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: logAnswerSchema, ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const scope = await tenancy.logScope(caller, undefined);
      const signal = askerGone(reply);
      return success(
        await querySlots.run(caller.organizationId, reply.raw, () =>
          findLog(logStore, scope, request.params.id, { signal }),
        ),
      );
    },
  });
}
