// PATCH /threads/{id}
import { success } from '@sazabi/contract';
import {
  noQuerySchema,
  pathIdSchema,
  successSchema,
  threadChangesSchema,
  threadSchema,
} from '@sazabi/contract/schemas';
import { changeThread } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { presentThread } from './present.ts';
import { checkSavedQuery } from './saved-query.ts';

export function changeThreadRoute(app: App, { db }: Context): void {
  app.route({
    method: 'PATCH',
    url: '/threads/:id',
    config: { access: 'threads:write' },
    schema: {
      tags: ['Threads'],
      summary: 'Change a thread’s title, status or saved query',
      params: pathIdSchema,
      querystring: noQuerySchema,
      body: threadChangesSchema,
      response: { 200: successSchema(threadSchema), ...guardedFailures('NOT_FOUND', ...BODY_ERRORS) },
    },
    handler: async (request) => {
      const { organizationId } = callerOf(request);
      const id = pathId(request.params, 'thread');
      await checkSavedQuery(db.orm, organizationId, request.body.query);
      const thread = await changeThread(db.orm, organizationId, id, request.body);
      if (thread === null) throw notFound('thread');
      return success(presentThread(thread));
    },
  });
}
