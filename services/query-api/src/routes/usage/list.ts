// GET /usage: per day, project and key what was accepted, and what became of the rest.
import { ContractError, logTimeNanos } from '@sazabi/contract';
import { pageSchema, USAGE_DAYS_MAX, usageQuerySchema, usageSchema } from '@sazabi/contract/schemas';
import { listKeyUsage } from '@sazabi/control-db';
import { dayText, utcDay } from '@sazabi/keys';
import { listStoredUsage } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from '../logs/signal.ts';
import { mergeUsage } from './merge-usage.ts';
import { readUsageCursor, writeUsageCursor } from './usage-cursor.ts';

const NANOS_PER_MS = 1_000_000n;

export function listUsageRoute(app: App, { db, logStore, querySlots, tenancy }: Context): void {
  app.route({
    method: 'GET',
    url: '/usage',
    config: { access: 'usage:read' },
    schema: {
      tags: ['Organization'],
      summary: 'What was accepted, rejected, refused and limited, per day, project and key; the last day first',
      description:
        'Of the key’s mode, and of projects that are there: a deleted one takes its usage with it. Keys that were revoked are among them; days on which a key was not used are not.',
      querystring: usageQuerySchema,
      response: { 200: pageSchema(usageSchema), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { limit, cursor, projectId } = request.query;
      const query = { ...daysOf(request.query, Date.now()), after: readUsageCursor(cursor), limit: limit + 1 };
      const scope = await tenancy.logScope(caller, projectId);
      const { organizationId, mode } = scope;
      const projectIds = projectId === undefined ? scope.projectIds : [projectId];
      const signal = askerGone(reply);
      const [stored, reported] = await Promise.all([
        querySlots.run(caller.organizationId, reply.raw, () =>
          listStoredUsage(logStore, scope, { ...query, projectId }, { signal }),
        ),
        listKeyUsage(db.orm, { ...query, organizationId, projectIds, mode }),
      ]);
      const { rows, more } = mergeUsage(stored, reported, limit);
      const last = rows.at(-1);
      return { data: rows, nextCursor: more && last !== undefined ? writeUsageCursor(last) : null, error: null };
    },
  });
}

/** The days of a query, both included. @throws ContractError VALIDATION_ERROR for a range that is none, or too long */
function daysOf({ from, to }: { from: string; to?: string | undefined }, nowMs: number) {
  const first = dayOf(from, nowMs);
  const last = to === undefined ? Math.max(first, utcDay(nowMs)) : dayOf(to, nowMs);
  if (last < first) throw refused('to', 'must not lie before "from"');
  if (last - first >= USAGE_DAYS_MAX) throw refused('from', `must be at most ${USAGE_DAYS_MAX} days before "to"`);
  return { fromDay: dayText(first), toDay: dayText(last) };
}

function dayOf(text: string, nowMs: number): number {
  const nanos = logTimeNanos(text, nowMs);
  if (nanos === null) throw new TypeError('a range has a value that is none; parse queries by their schema');
  return utcDay(Number(nanos / NANOS_PER_MS));
}

function refused(path: string, message: string): ContractError {
  return new ContractError('VALIDATION_ERROR', `The query is not valid: ${path} ${message}.`, {
    issues: [{ path, message }],
  });
}
