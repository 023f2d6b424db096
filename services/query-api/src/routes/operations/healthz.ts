// GET /healthz: the process lives.
import { success } from '@sazabi/contract';
import { healthSchema, successSchema } from '@sazabi/contract/schemas';
import type { App } from '../../http/app.ts';

export function healthzRoute(app: App): void {
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { access: 'none' },
    schema: {
      tags: ['Operations'],
      summary: 'Whether the process lives',
      response: { 200: successSchema(healthSchema) },
    },
    handler: async () => success({ status: 'ok' as const }),
  });
}
