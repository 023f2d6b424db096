// GET /settings
import { success } from '@sazabi/contract';
import { noQuerySchema, settingsSchema, successSchema } from '@sazabi/contract/schemas';
import { readSettings } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentSettings } from './present.ts';

export function getSettingsRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/settings',
    config: { access: 'settings:read' },
    schema: {
      tags: ['Organization'],
      summary: 'The organization’s name, and what new projects and keys get that say nothing else',
      querystring: noQuerySchema,
      response: { 200: successSchema(settingsSchema), ...guardedFailures() },
    },
    handler: async (request) => success(presentSettings(await readSettings(db.orm, callerOf(request).organizationId))),
  });
}
