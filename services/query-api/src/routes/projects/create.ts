// POST /projects
import { success } from '@sazabi/contract';
import { newProjectSchema, noQuerySchema, projectSchema, successSchema } from '@sazabi/contract/schemas';
import { createProject, PROJECTS_MAX } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { refuseTestKey } from '../modes.ts';
import { presentProject } from './present.ts';

export function createProjectRoute(app: App, { db }: Context): void {
  app.route({
    method: 'POST',
    url: '/projects',
    config: { access: 'projects:write' },
    schema: {
      tags: ['Projects'],
      summary: 'Make a project',
      description: `An organization has at most ${PROJECTS_MAX}.`,
      querystring: noQuerySchema,
      body: newProjectSchema,
      response: { 201: successSchema(projectSchema), ...guardedFailures('CONFLICT', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      refuseTestKey(caller, 'projects');
      const { name, retentionDays, quotas } = request.body;
      const wanted = { name, retentionDays, quotaBytesPerDay: quotas.bytesPerDay, quotaLogsPerDay: quotas.logsPerDay };
      const project = await createProject(db.orm, caller.organizationId, wanted, caller.actor);
      return await reply.code(201).send(success(presentProject(project)));
    },
  });
}
