// GET /version
import { success } from '@sazabi/contract';
import { successSchema, versionSchema } from '@sazabi/contract/schemas';
import type { App } from '../../http/app.ts';
import { VERSION } from '../../version.ts';

export function versionRoute(app: App): void {
  app.route({
    method: 'GET',
    url: '/version',
    config: { access: 'none' },
    schema: { tags: ['Operations'], summary: 'What runs here', response: { 200: successSchema(versionSchema) } },
    handler: async () => success({ name: 'sazabi-query-api', version: VERSION }),
  });
}
