// GET /readyz: both stores are reachable.
import { ContractError, success } from '@sazabi/contract';
import { readinessSchema, successSchema } from '@sazabi/contract/schemas';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { failures } from '../../http/route-schema.ts';

export function readyzRoute(app: App, { notReady }: Context): void {
  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'none' },
    schema: {
      tags: ['Operations'],
      summary: 'Whether both stores are reachable',
      response: { 200: successSchema(readinessSchema), ...failures('SERVICE_UNAVAILABLE') },
    },
    handler: async () => {
      const reason = await notReady();
      if (reason !== null) throw new ContractError('SERVICE_UNAVAILABLE', reason, {}, { retryAfterSeconds: 1 });
      return success({ status: 'ready' as const });
    },
  });
}
