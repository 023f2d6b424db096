// GET /projects
import { listQuerySchema, pageSchema, projectSchema } from '@sazabi/contract/schemas';
import { listProjects } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { listPage, type PageRead } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentProject } from './present.ts';

export function listProjectsRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/projects',
    config: { access: 'projects:read' },
    schema: {
      tags: ['Projects'],
      summary: 'The organization’s projects, oldest first',
      querystring: listQuerySchema,
      response: { 200: pageSchema(projectSchema), ...guardedFailures() },
    },
    handler: (request) => {
      const { organizationId } = callerOf(request);
      const read = ({ limit, last }: PageRead) => listProjects(db.orm, organizationId, { limit, after: last });
      return listPage(request.query, read, presentProject);
    },
  });
}
