// GET /projects/{id}
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, projectSchema, successSchema } from '@sazabi/contract/schemas';
import { findProject } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentProject } from './present.ts';

export function getProjectRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/projects/:id',
    config: { access: 'projects:read' },
    schema: {
      tags: ['Projects'],
      summary: 'One project',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(projectSchema), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const project = await findProject(db.orm, callerOf(request).organizationId, pathId(request.params, 'project'));
      if (project === null) throw notFound('project');
      return success(presentProject(project));
    },
  });
}
