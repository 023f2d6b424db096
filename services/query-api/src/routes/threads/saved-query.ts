// The query that a thread keeps, looked at before it is kept.
import type { SavedLogsQuery } from '@sazabi/contract';
import { findProject, type Orm } from '@sazabi/control-db';
import { notFound } from '../../http/not-found.ts';

/** @throws ContractError NOT_FOUND where it names a project that is none of the organization's */
export async function checkSavedQuery(
  orm: Orm,
  organizationId: string,
  query: SavedLogsQuery | null | undefined,
): Promise<void> {
  if (query?.projectId === undefined) return;
  if ((await findProject(orm, organizationId, query.projectId)) === null) throw notFound('project');
}
