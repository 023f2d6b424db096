// GET /me: who the key is.
import { success } from '@sazabi/contract';
import { meSchema, noQuerySchema, successSchema } from '@sazabi/contract/schemas';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';

export function getMe(app: App): void {
  app.route({
    method: 'GET',
    url: '/me',
    config: { access: 'any' },
    schema: {
      tags: ['Organization'],
      summary: 'The organization, and the key that asks',
      querystring: noQuerySchema,
      response: { 200: successSchema(meSchema), ...guardedFailures() },
    },
    handler: async (request) => {
      const { organizationId, organizationName, keyId, keyName, keyPrefix, mode, scopes } = callerOf(request);
      return success({
        organization: { id: organizationId, name: organizationName },
        key: { id: keyId, name: keyName, mode, scopes: [...scopes], keyPrefix },
      });
    },
  });
}
