// GET /logs/tail: logs as they are accepted, as server-sent events.
import type { ServerResponse } from 'node:http';
import { logsTailHeadersSchema, logsTailQuerySchema, tailStreamSchema } from '@sazabi/contract/schemas';
import type { FastifyReply } from 'fastify';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { invalid } from '../../http/validation.ts';
import { type Position, readId } from '../../tail/position.ts';

const DESCRIPTION = `Logs from the moment of the 202 on, as server-sent events: \`log\` has one row in the form of POST /logs/query;
\`lagged\` says that rows were left out, since they were read too slowly, the bus keeps them no more, or searching them for all tails
of the organization took so long that others would wait; \`error\` says why the tail ends, with the error that a call would get. The \`id\` of an event is opaque and stands for everything up to it: sent back as
\`Last-Event-ID\` (as EventSource does by itself) the tail goes on behind it without gap or repeat, on any replica, for 15 minutes
at least. A comment comes at once, and every 15 s. Relative times of filters count from the start of the tail. A row that comes
twice on the bus, as a repeat under one Idempotency-Key, is shown once as far as is remembered. Rows come in the order of the
bus, which within one of its partitions is that of acceptance.`;

export function tailLogsRoute(app: App, { tails, tenancy }: Context): void {
  app.route({
    method: 'GET',
    url: '/logs/tail',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'Follow logs live',
      description: DESCRIPTION,
      querystring: logsTailQuerySchema,
      headers: logsTailHeadersSchema,
      response: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: tailStreamSchema } } },
        ...guardedFailures('NOT_FOUND'),
      },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { projectId, search, searchMode, filters = [] } = request.query;
      const from = lastEventOf(request.headers['last-event-id']);
      const scope = await tenancy.logScope(caller, projectId);
      if (request.method === 'HEAD') {
        begin(reply).end();
        return reply;
      }
      const selection = { filters, ...(search === undefined ? {} : { search: { query: search, mode: searchMode } }) };
      await tails.open({ caller, scope, projectId, selection, from, requestId: request.id }, () => begin(reply));
      return reply;
    },
  });
}

/** @throws ContractError VALIDATION_ERROR for an id that is none */
function lastEventOf(id: string | undefined): Position | null {
  if (id === undefined || id === '') return null;
  const position = readId(id);
  if (position !== null) return position;
  const issue = { path: 'Last-Event-ID', message: 'is no id of an event of this API' };
  throw invalid([issue], `${issue.path} ${issue.message}. Send the id of the last event as it came, or none.`);
}

/** The head, with all headers that were set on the way; from here on Fastify leaves the answer alone. */
function begin(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  raw.socket?.setNoDelay(true);
  raw.flushHeaders();
  return raw;
}
