// POST /threads/{id}/messages
import { ContractError, success } from '@sazabi/contract';
import {
  newThreadMessageSchema,
  noQuerySchema,
  pathIdSchema,
  successSchema,
  threadMessageSchema,
} from '@sazabi/contract/schemas';
import { addThreadMessage, THREAD_MESSAGES_MAX } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { presentThreadMessage } from './present.ts';

export function createThreadMessageRoute(app: App, { db }: Context): void {
  app.route({
    method: 'POST',
    url: '/threads/:id/messages',
    config: { access: 'threads:write' },
    schema: {
      tags: ['Threads'],
      summary: 'Add a message to a thread, resolved or not',
      description: `A thread has at most ${THREAD_MESSAGES_MAX}.`,
      params: pathIdSchema,
      querystring: noQuerySchema,
      body: newThreadMessageSchema,
      response: {
        201: successSchema(threadMessageSchema),
        ...guardedFailures('NOT_FOUND', 'CONFLICT', ...BODY_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const { organizationId, keyId } = callerOf(request);
      const id = pathId(request.params, 'thread');
      const message = await addThreadMessage(db.orm, organizationId, id, { ...request.body, createdBy: keyId });
      if (message === 'not-found') throw notFound('thread');
      if (message === 'full')
        throw new ContractError('CONFLICT', `The thread has ${THREAD_MESSAGES_MAX} messages: begin another one.`);
      return await reply.code(201).send(success(presentThreadMessage(message)));
    },
  });
}
