// POST /public-keys, POST /secret-keys: answered once every connected intake takes the key.
import { success } from '@sazabi/contract';
import { noQuerySchema, successSchema } from '@sazabi/contract/schemas';
import { createKey, type KeyRow, type NewKey } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { refuseOtherMode } from '../modes.ts';
import type { KeyKind } from './key-kind.ts';
import { untilInForce } from './until-in-force.ts';

export function createKeyRoute<Row extends KeyRow, Wanted extends NewKey>(
  app: App,
  context: Context,
  kind: KeyKind<Row, Wanted>,
): void {
  app.route({
    method: 'POST',
    url: kind.path,
    config: { access: 'keys:write' },
    schema: {
      tags: [kind.tag],
      summary: `Make a ${kind.what}; its text is in this answer and nowhere else`,
      description: `An organization has at most ${kind.table.keysMax}, those that were revoked or expired in the last 90 days included.`,
      querystring: noQuerySchema,
      body: kind.newBody,
      response: { 201: successSchema(kind.created), ...guardedFailures('NOT_FOUND', 'CONFLICT', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      refuseOtherMode(caller, request.body.mode);
      const wanted = await kind.wantedOf(context, caller, request.body);
      const { row, key, seq } = await createKey(
        kind.table,
        context.db.orm,
        caller.organizationId,
        wanted,
        caller.actor,
      );
      await untilInForce(context.feed, seq);
      return await reply.code(201).send(success({ ...kind.present(row), key }));
    },
  });
}
