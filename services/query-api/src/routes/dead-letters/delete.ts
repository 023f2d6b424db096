// DELETE /dead-letters/{id}: its logs are given up.
import { noQuerySchema, pathIdSchema } from '@sazabi/contract/schemas';
import { deleteLetter, findLetter } from '@sazabi/log-store';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from '../logs/signal.ts';
import { noteSettled } from './note.ts';

export function deleteDeadLetterRoute(app: App, { db, letterStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'DELETE',
    url: '/dead-letters/:id',
    config: { access: 'admin' },
    schema: {
      tags: ['Dead letters'],
      summary: 'Give its logs up, for good; their receipts go on saying dead-lettered',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 204: z.undefined().describe('Deleted'), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'dead letter').toLowerCase();
      const scope = await tenancy.logScope(caller, undefined);
      const signal = askerGone(reply);
      await querySlots.run(caller.organizationId, reply.raw, async () => {
        const letter = await findLetter(letterStore, scope, id, { signal });
        if (letter === null || letter.replayedAs !== null) throw notFound('dead letter');
        await noteSettled(db, caller, 'dead_letter.deleted', letter);
        await deleteLetter(letterStore, id);
      });
      return await reply.code(204).send();
    },
  });
}
