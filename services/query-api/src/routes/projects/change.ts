// PATCH /projects/{id}: answered once every connected intake goes by the new retention and quotas.
import { success } from '@sazabi/contract';
import {
  noQuerySchema,
  pathIdSchema,
  projectChangeSchema,
  projectSchema,
  successSchema,
} from '@sazabi/contract/schemas';
import { changeProject } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { refuseTestKey } from '../modes.ts';
import { presentProject } from './present.ts';

export function changeProjectRoute(app: App, { db, feed }: Context): void {
  app.route({
    method: 'PATCH',
    url: '/projects/:id',
    config: { access: 'projects:write' },
    schema: {
      tags: ['Projects'],
      summary: 'Change a project’s name, retention or quotas',
      description:
        'In force when it is answered. Retention counts from the time a log was received: a longer one brings nothing back.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      body: projectChangeSchema,
      response: { 200: successSchema(projectSchema), ...guardedFailures('NOT_FOUND', ...BODY_ERRORS) },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'project');
      refuseTestKey(caller, 'projects');
      const { name, retentionDays, quotas } = request.body;
      const wanted = {
        name,
        retentionDays,
        quotaBytesPerDay: quotas?.bytesPerDay,
        quotaLogsPerDay: quotas?.logsPerDay,
      };
      const changed = await changeProject(db.orm, caller.organizationId, id, wanted, caller.actor);
      if (changed === null) throw notFound('project');
      await feed.inForce(changed.seq);
      return success(presentProject(changed.row));
    },
  });
}
