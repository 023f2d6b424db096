// POST /public-keys: answered once every connected intake takes the key.
import { success } from '@sazabi/contract';
import { createdPublicKeySchema, newPublicKeySchema, noQuerySchema, successSchema } from '@sazabi/contract/schemas';
import { createPublicKey, findProject, listProjects, type Orm } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound } from '../../http/not-found.ts';
import { BODY_ERRORS, guardedFailures } from '../../http/route-schema.ts';
import { checkWantedKey } from '../key-fields.ts';
import { refuseOtherMode } from '../modes.ts';
import { presentPublicKey } from './present.ts';

export function createPublicKeyRoute(app: App, { db, feed, rateLimitCap }: Context): void {
  app.route({
    method: 'POST',
    url: '/public-keys',
    config: { access: 'keys:write' },
    schema: {
      tags: ['Public keys'],
      summary: 'Make a public key; its text is in this answer and nowhere else',
      querystring: noQuerySchema,
      body: newPublicKeySchema,
      response: { 201: successSchema(createdPublicKeySchema), ...guardedFailures('NOT_FOUND', ...BODY_ERRORS) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      refuseOtherMode(caller, body.mode);
      checkWantedKey(body, rateLimitCap);
      const projectId = await projectFor(db.orm, caller.organizationId, body.projectId);
      const expiresAt = body.expiresAt === null ? null : new Date(body.expiresAt);
      const wanted = { ...body, projectId, expiresAt };
      const { row, key, seq } = await createPublicKey(db.orm, caller.organizationId, wanted, caller.actor);
      await feed.inForce(seq);
      return await reply.code(201).send(success({ ...presentPublicKey(row), key }));
    },
  });
}

/** The project asked for, else the organization's first. */
async function projectFor(orm: Orm, organizationId: string, wanted: string | undefined): Promise<string> {
  const project =
    wanted === undefined
      ? (await listProjects(orm, organizationId, { limit: 1, after: null }))[0]
      : await findProject(orm, organizationId, wanted);
  if (project === undefined || project === null) throw notFound('project');
  return project.id;
}
