// POST /public-keys/{id}/rotate, POST /secret-keys/{id}/rotate: answered once every connected intake takes the new key.
import { success } from '@sazabi/contract';
import {
  noQuerySchema,
  OVERLAP_SECONDS_DEFAULT,
  pathIdSchema,
  rotateKeySchema,
  successSchema,
} from '@sazabi/contract/schemas';
import { type KeyRow, rotateKey } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import type { KeyKind } from './key-kind.ts';
import { untilInForce } from './until-in-force.ts';

export function rotateKeyRoute<Row extends KeyRow>(app: App, { db, feed }: Context, kind: KeyKind<Row>): void {
  app.route({
    method: 'POST',
    url: `${kind.path}/:id/rotate`,
    config: { access: 'keys:write' },
    schema: {
      tags: [kind.tag],
      summary: `Make a new ${kind.what} with the same settings, which takes the place of this one`,
      description:
        'The answer is the new key with its text, shown this once. The old one goes on for `overlapSeconds` and then answers API_KEY_EXPIRED; an earlier expiry stays, for both. With 0 it is revoked at once. Its `replacedBy` names the new one; a key is rotated once. The new one counts towards the most that an organization may have, and so does the old one for 90 days.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      body: rotateKeySchema,
      response: {
        201: successSchema(kind.created),
        ...guardedFailures('NOT_FOUND', 'CONFLICT', ...BODY_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, kind.what);
      const options = {
        overlapSeconds: request.body?.overlapSeconds ?? OVERLAP_SECONDS_DEFAULT,
        permit: (row: Row) => kind.permit(caller, row),
      };
      const made = await rotateKey(kind.table, db.orm, caller.organizationId, id, options, caller.actor);
      if (made === null) throw notFound(kind.what);
      await untilInForce(feed, made.seq);
      return await reply.code(201).send(success({ ...kind.present(made.row), key: made.key }));
    },
  });
}
