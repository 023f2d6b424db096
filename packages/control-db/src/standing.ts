// What has become of secret keys and of the projects that they see, for many at once: live tails ask every second.
import { and, inArray, isNull } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import type { Project } from './projects.ts';
import { projects, secretKeys } from './schema.ts';
import type { SecretKey } from './secret-keys.ts';

/** Keys with these ids, revoked or not. */
export async function findSecretKeys(orm: Orm, ids: readonly string[]): Promise<SecretKey[]> {
  return await orm
    .select()
    .from(secretKeys)
    .where(inArray(secretKeys.id, [...ids]));
}

/** What decides how far back the logs of each living project of these organizations are seen. */
export async function listRetentionsOf(
  orm: Orm,
  organizationIds: readonly string[],
): Promise<Pick<Project, 'id' | 'organizationId' | 'retentionDays' | 'hiddenBefore' | 'earlierRetentions'>[]> {
  const { id, organizationId, retentionDays, hiddenBefore, earlierRetentions } = projects;
  return await orm
    .select({ id, organizationId, retentionDays, hiddenBefore, earlierRetentions })
    .from(projects)
    .where(and(inArray(organizationId, [...organizationIds]), isNull(projects.deletedAt)));
}
