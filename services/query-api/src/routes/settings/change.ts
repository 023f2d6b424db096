// PATCH /settings
import { success } from '@sazabi/contract';
import { noQuerySchema, settingsChangesSchema, settingsSchema, successSchema } from '@sazabi/contract/schemas';
import { changeSettings } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { invalid } from '../../http/validation.ts';
import { refuseTestKey } from '../modes.ts';
import { presentSettings } from './present.ts';

export function changeSettingsRoute(app: App, { db, rateLimitCap }: Context): void {
  app.route({
    method: 'PATCH',
    url: '/settings',
    config: { access: 'settings:write' },
    schema: {
      tags: ['Organization'],
      summary: 'Change settings; projects and keys that are there stay as they are',
      querystring: noQuerySchema,
      body: settingsChangesSchema,
      response: { 200: successSchema(settingsSchema), ...guardedFailures(...BODY_ERRORS) },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      refuseTestKey(caller, 'settings');
      const { name, defaultRetentionDays, defaultRateLimits = {} } = request.body;
      checkCap(defaultRateLimits, rateLimitCap);
      const wanted = {
        name,
        defaultRetentionDays,
        defaultPublicRateLimitPerMinute: defaultRateLimits.publicKeys,
        defaultSecretRateLimitPerMinute: defaultRateLimits.secretKeys,
      };
      return success(presentSettings(await changeSettings(db.orm, caller.organizationId, wanted, caller.actor)));
    },
  });
}

/** @throws ContractError VALIDATION_ERROR naming each limit over the operator's cap, as for keys */
function checkCap(limits: Readonly<Record<string, number | null | undefined>>, cap: number | null): void {
  if (cap === null) return;
  const over = Object.entries(limits).filter(([, limit]) => (limit ?? 0) > cap);
  const issues = over.map(([name]) => ({
    path: `defaultRateLimits.${name}`,
    message: `must be at most ${cap}, the operator’s cap`,
  }));
  if (issues.length > 0) throw invalid(issues);
}
