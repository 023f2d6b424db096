// PATCH /public-keys/{id}, PATCH /secret-keys/{id}: answered once every connected intake knows the change.
import { success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, successSchema } from '@sazabi/contract/schemas';
import { changeKey, type KeyRow } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { checkKeyFields } from './key-fields.ts';
import type { KeyKind } from './key-kind.ts';
import { untilInForce } from './until-in-force.ts';

export function changeKeyRoute<Row extends KeyRow>(
  app: App,
  { db, feed, rateLimitCap }: Context,
  kind: KeyKind<Row>,
): void {
  app.route({
    method: 'PATCH',
    url: `${kind.path}/:id`,
    config: { access: 'keys:write' },
    schema: {
      tags: [kind.tag],
      summary: `Change what a ${kind.what} may; what is not sent stays as it is`,
      description:
        'A key that was revoked or has expired cannot be changed; its mode never can. One that was rotated can be made to end earlier, not later.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      body: kind.changeBody,
      response: {
        200: successSchema(kind.shown),
        ...guardedFailures('NOT_FOUND', 'CONFLICT', ...BODY_ERRORS),
      },
    },
    handler: async (request) => {
      const caller = callerOf(request);
      const { body } = request;
      const id = pathId(request.params, kind.what);
      const decide = (row: Row) => {
        kind.permit(caller, row);
        checkKeyFields(body, rateLimitCap);
        return kind.changeOf(caller, row, body);
      };
      const changed = await changeKey(kind.table, db.orm, caller.organizationId, id, decide, caller.actor);
      if (changed === null) throw notFound(kind.what);
      await untilInForce(feed, changed.seq);
      return success(kind.present(changed.row));
    },
  });
}
