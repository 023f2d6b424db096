// GET /audit-log
import { logTimeNanos } from '@sazabi/contract';
import { auditLogEntrySchema, auditLogQuerySchema, pageSchema } from '@sazabi/contract/schemas';
import { listAuditLog } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { listPage } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { presentAuditLogEntry } from './present.ts';

const NANOS_PER_MS = 1_000_000n;

export function listAuditLogRoute(app: App, { db }: Context): void {
  app.route({
    method: 'GET',
    url: '/audit-log',
    config: { access: 'admin' },
    schema: {
      tags: ['Organization'],
      summary: 'Who made, changed, rotated or revoked what, when and from where; newest first',
      description: 'A test key sees nothing of what was done to live keys, or to dead letters of live logs.',
      querystring: auditLogQuerySchema,
      response: { 200: pageSchema(auditLogEntrySchema), ...guardedFailures() },
    },
    handler: (request) => {
      const { organizationId, mode } = callerOf(request);
      const { action, targetId, from, to } = request.query;
      const testOnly = mode === 'test';
      const filters = { action, targetId, from: instant(from), to: instant(to), testOnly };
      return listPage(
        request.query,
        ({ limit, last }) => listAuditLog(db.orm, organizationId, { limit, before: last, ...filters }),
        (entry) => presentAuditLogEntry(entry, testOnly),
      );
    },
  });
}

/** Rounded up: entries have whole milliseconds, and both ends mean "at or after". */
function instant(text: string | undefined): Date | undefined {
  const nanos = text === undefined ? null : logTimeNanos(text, Date.now());
  return nanos === null ? undefined : new Date(Number((nanos + NANOS_PER_MS - 1n) / NANOS_PER_MS));
}
