// GET /public-keys, GET /secret-keys
import { pageSchema } from '@sazabi/contract/schemas';
import { findProject, type KeyRow, listKeys } from '@sazabi/control-db';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound } from '../../http/not-found.ts';
import { listPage, type PageRead } from '../../http/page-cursor.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import type { KeyKind } from './key-kind.ts';

export function listKeysRoute<Row extends KeyRow>(app: App, { db }: Context, kind: KeyKind<Row>): void {
  app.route({
    method: 'GET',
    url: kind.path,
    config: { access: 'keys:read' },
    schema: {
      tags: [kind.tag],
      summary: `All ${kind.what}s, revoked ones too, newest first; a test key sees test keys`,
      querystring: kind.listQuery,
      response: { 200: pageSchema(kind.shown), ...guardedFailures('NOT_FOUND') },
    },
    handler: async (request) => {
      const { organizationId, mode: ownMode } = callerOf(request);
      const { mode, state, projectId, createdBefore, unusedSince } = request.query;
      if (projectId !== undefined && (await findProject(db.orm, organizationId, projectId)) === null)
        throw notFound('project');
      const filters = {
        mode: ownMode === 'test' ? ownMode : mode,
        state,
        projectId,
        createdBefore: createdBefore === undefined ? undefined : new Date(createdBefore),
        unusedSince: unusedSince === undefined ? undefined : new Date(unusedSince),
      };
      // A test key sees no live ones, whatever it asks for.
      const none = ownMode === 'test' && mode === 'live';
      const read = async ({ limit, last }: PageRead): Promise<readonly Row[]> =>
        none ? [] : await listKeys(kind.table, db.orm, organizationId, { limit, before: last, ...filters });
      return await listPage(request.query, read, kind.present);
    },
  });
}
