// GET /public-keys/{id}, GET /secret-keys/{id}
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, successSchema } from '@sazabi/contract/schemas';
import { findKey, type KeyRow } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import type { KeyKind } from './key-kind.ts';

export function getKeyRoute<Row extends KeyRow>(app: App, { db }: Context, kind: KeyKind<Row>): void {
  app.route({
    method: 'GET',
    url: `${kind.path}/:id`,
    config: { access: 'keys:read' },
    schema: {
      tags: [kind.tag],
      summary: `One ${kind.what}`,
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(kind.shown), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const row = await findKey(kind.table, db.orm, caller.organizationId, pathId(request.params, kind.what));
      if (row === null || (caller.mode === 'test' && row.mode === 'live')) throw notFound(kind.what);
      return success(kind.present(row));
    },
  });
}
