// Projects of an organization.
import { ContractError } from '@sazabi/contract';
import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { PROJECTS_MAX } from './limits.ts';
import { organizations, projects } from './schema.ts';

export type Project = typeof projects.$inferSelect;

export interface NewProject {
  readonly name: string;
  /** Else the organization's default. */
  readonly retentionDays?: number | undefined;
  /** null = no quota. */
  readonly quotaBytesPerDay?: number | null | undefined;
  readonly quotaLogsPerDay?: number | null | undefined;
}

/** @throws ContractError CONFLICT where the organization has {@link PROJECTS_MAX}; calls at once may pass it by as many as they are */
export function createProject(orm: Orm, organizationId: string, wanted: NewProject, actor: Actor): Promise<Project> {
  return orm.transaction(async (transaction) => {
    const living = and(eq(projects.organizationId, organizationId), isNull(projects.deletedAt));
    if ((await transaction.$count(projects, living)) >= PROJECTS_MAX)
      throw new ContractError('CONFLICT', `There are ${PROJECTS_MAX} projects already: delete those of no use first.`);
    const now = new Date();
    const project: Project = {
      id: uuidv7(),
      organizationId,
      name: wanted.name,
      retentionDays: wanted.retentionDays ?? (await defaultRetentionDays(transaction, organizationId)),
      quotaBytesPerDay: wanted.quotaBytesPerDay ?? null,
      quotaLogsPerDay: wanted.quotaLogsPerDay ?? null,
      createdAt: now,
      deletedAt: null,
      hiddenBefore: null,
      earlierRetentions: [],
      retentionChangedAt: null,
      purgedAt: null,
    };
    await transaction.insert(projects).values(project);
    await audit(
      transaction,
      actor,
      {
        organizationId,
        action: 'project.created',
        targetType: 'project',
        targetId: project.id,
        targetName: project.name,
      },
      now,
    );
    return project;
  });
}

async function defaultRetentionDays(orm: Orm, organizationId: string): Promise<number> {
  const [row] = await orm
    .select({ days: organizations.defaultRetentionDays })
    .from(organizations)
    .where(eq(organizations.id, organizationId));
  if (row === undefined) throw new Error('There is no such organization.');
  return row.days;
}

/** The organization's living projects, oldest first, after the one with id `after`. */
export function listProjects(
  orm: Orm,
  organizationId: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<Project[]> {
  return orm
    .select()
    .from(projects)
    .where(
      and(
        eq(projects.organizationId, organizationId),
        isNull(projects.deletedAt),
        after === null ? undefined : gt(projects.id, after),
      ),
    )
    .orderBy(asc(projects.id))
    .limit(limit);
}

/** What decides how far back the logs of each living project are seen, or of the one with id `only`. */
export async function listRetentions(
  orm: Orm,
  organizationId: string,
  only?: string,
): Promise<Pick<Project, 'id' | 'retentionDays' | 'hiddenBefore' | 'earlierRetentions'>[]> {
  const { id, retentionDays, hiddenBefore, earlierRetentions } = projects;
  return await orm
    .select({ id, retentionDays, hiddenBefore, earlierRetentions })
    .from(projects)
    .where(
      and(
        eq(projects.organizationId, organizationId),
        only === undefined ? undefined : eq(id, only),
        isNull(projects.deletedAt),
      ),
    )
    .orderBy(asc(projects.id));
}

/** The living project of this organization with this id, or null. */
export async function findProject(orm: Orm, organizationId: string, id: string): Promise<Project | null> {
  const [row] = await orm
    .select()
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), eq(projects.id, id), isNull(projects.deletedAt)));
  return row ?? null;
}
