// GET /dead-letters: logs that the store refused, and why.
import { deadLetterSchema, deadLettersQuerySchema, pageSchema } from '@sazabi/contract/schemas';
import { listLetters } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from '../logs/signal.ts';
import { presentDeadLetter } from './present.ts';

export function listDeadLettersRoute(app: App, { letterStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'GET',
    url: '/dead-letters',
    config: { access: 'admin' },
    schema: {
      tags: ['Dead letters'],
      summary: 'Logs that were accepted and could not be stored, newest first; of the key’s mode',
      querystring: deadLettersQuerySchema,
      response: { 200: pageSchema(deadLetterSchema), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const scope = await tenancy.logScope(caller, request.query.projectId);
      const signal = askerGone(reply);
      const { letters, nextCursor } = await querySlots.run(caller.organizationId, reply.raw, () =>
        listLetters(letterStore, scope, request.query, { signal }),
      );
      return { data: letters.map(presentDeadLetter), nextCursor, error: null };
    },
  });
}
