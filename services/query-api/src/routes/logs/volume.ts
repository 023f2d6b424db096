// POST /logs/volume: counts per bucket and group.
import { logsVolumeAnswerSchema, logsVolumeSchema, success } from '@sazabi/contract';
import { noQuerySchema } from '@sazabi/contract/schemas';
import { queryVolume } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from './signal.ts';

const EXAMPLE = { from: '-24h', interval: '1h', groupBy: 'level' };

export function logsVolumeRoute(app: App, { logStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'POST',
    url: '/logs/volume',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'Count logs over time, by group',
      querystring: noQuerySchema,
      body: logsVolumeSchema.meta({ examples: [EXAMPLE] }),
      response: { 200: logsVolumeAnswerSchema, ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const scope = await tenancy.logScope(caller, request.body.projectId);
      const signal = askerGone(reply);
      return success(
        await querySlots.run(caller.organizationId, reply.raw, () =>
          queryVolume(logStore, scope, request.body, { signal }),
        ),
      );
    },
  });
}
