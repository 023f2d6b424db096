// POST /threads
import { ContractError, success } from '@sazabi/contract';
import { newThreadSchema, noQuerySchema, successSchema, threadSchema } from '@sazabi/contract/schemas';
import { createThread, THREADS_MAX } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { presentThread } from './present.ts';
import { checkSavedQuery } from './saved-query.ts';

export function createThreadRoute(app: App, { db }: Context): void {
  app.route({
    method: 'POST',
    url: '/threads',
    config: { access: 'threads:write' },
    schema: {
      tags: ['Threads'],
      summary: 'Begin a thread',
      description: `An organization has at most ${THREADS_MAX}.`,
      querystring: noQuerySchema,
      body: newThreadSchema,
      response: { 201: successSchema(threadSchema), ...guardedFailures('NOT_FOUND', 'CONFLICT', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const { organizationId, keyId } = callerOf(request);
      await checkSavedQuery(db.orm, organizationId, request.body.query);
      const thread = await createThread(db.orm, organizationId, { ...request.body, createdBy: keyId });
      if (thread === 'full')
        throw new ContractError('CONFLICT', `There are ${THREADS_MAX} threads already: delete old ones first.`);
      return await reply.code(201).send(success(presentThread(thread)));
    },
  });
}
