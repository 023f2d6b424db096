// Whose turn it is to do the hourly work on the log store, and which projects have logs to be removed. By the server's clock, for
// those of replicas differ. A lease and no advisory lock: the work takes longer than a transaction may stay open.
import { and, asc, eq, gt, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import type { Project } from './projects.ts';
import { maintenance, projects } from './schema.ts';

const HOUR_MS = 3_600_000;
/** What was on its way at a project's end is let through before its logs are removed. */
const DELETED_GRACE_MS = HOUR_MS;
/** Logs that grow out of a shortened retention may be on a list half read, which is seen as of its first page for so long. */
export const OUTGROWN_GRACE_MS = 9 * HOUR_MS;
/** They grow out of it all the time: removed so often they are gone within a day, with the grace, an hour until the turn and its time. */
const PURGE_AGAIN_MS = 12 * HOUR_MS;
/**
 * Logs received so long after a change of the retention were stored by the new one, even by an intake that learned of it late,
 * and go with their partitions: removed sooner, large parts would be written anew each day, for ever.
 */
export const RETENTION_SETTLED_MS = 24 * HOUR_MS;
/** What a bus held back may be stored after its project's end: that is looked for so long. */
const DELETED_LOOKED_AT_MS = 31 * 24 * HOUR_MS;

export interface Turn {
  readonly intervalMs: number;
  /** Another replica takes over from one that has not kept its turn for so long. */
  readonly leaseMs: number;
}

/** Takes the turn where the work is due and nobody has it; null where not. `rewrittenAt` as it was. */
export async function takeTurn(
  orm: Orm,
  holder: string,
  { intervalMs, leaseMs }: Turn,
): Promise<{ rewrittenAt: Date | null } | null> {
  const [row] = await orm
    .update(maintenance)
    .set({ holder, heldUntil: inMs(leaseMs) })
    .where(
      and(
        or(isNull(maintenance.heldUntil), lt(maintenance.heldUntil, sql`now()`)),
        or(isNull(maintenance.succeededAt), lt(maintenance.succeededAt, inMs(-intervalMs))),
      ),
    )
    .returning({ rewrittenAt: maintenance.rewrittenAt });
  return row ?? null;
}

/** Keeps the turn for so long again; false where it was lost to another. */
export async function keepTurn(orm: Orm, holder: string, leaseMs: number): Promise<boolean> {
  const rows = await orm
    .update(maintenance)
    .set({ heldUntil: inMs(leaseMs) })
    .where(and(eq(maintenance.holder, holder), gt(maintenance.heldUntil, sql`now()`)))
    .returning({ id: maintenance.id });
  return rows.length > 0;
}

/** Gives the turn back. `done`: what was done of the work, or null where it failed. */
export async function endTurn(orm: Orm, holder: string, done: { readonly rewritten: boolean } | null): Promise<void> {
  const columns =
    done === null ? {} : { succeededAt: sql`now()`, ...(done.rewritten ? { rewrittenAt: sql`now()` } : {}) };
  await orm
    .update(maintenance)
    .set({ ...columns, holder: null, heldUntil: null })
    .where(eq(maintenance.holder, holder));
}

/** When any replica did the work last. */
export async function lastMaintenance(orm: Orm): Promise<Date | null> {
  const [row] = await orm.select({ succeededAt: maintenance.succeededAt }).from(maintenance);
  return row?.succeededAt ?? null;
}

/** A project with logs that nobody will see again. */
export type Purge = Pick<Project, 'id' | 'retentionDays' | 'hiddenBefore' | 'retentionChangedAt' | 'deletedAt'>;

/** Those that are due, the longest waiting first. */
export async function listPurges(orm: Orm, now: Date, limit: number): Promise<Purge[]> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  const notLately = or(isNull(projects.purgedAt), lt(projects.purgedAt, before(PURGE_AGAIN_MS)));
  const { id, retentionDays, hiddenBefore, retentionChangedAt, deletedAt } = projects;
  // When the last log that a retention before has kept longer is hidden.
  const settledMs = RETENTION_SETTLED_MS + OUTGROWN_GRACE_MS;
  const outgrownAt = sql`${retentionChangedAt} + ${retentionDays} * interval '1 day' + ${settledMs} * interval '1 millisecond'`;
  const notOutgrown = or(isNull(projects.purgedAt), lt(projects.purgedAt, outgrownAt));
  return await orm
    .select({ id, retentionDays, hiddenBefore, retentionChangedAt, deletedAt })
    .from(projects)
    .where(
      and(
        notLately,
        or(
          and(isNull(deletedAt), isNotNull(hiddenBefore), notOutgrown),
          and(
            lt(deletedAt, before(DELETED_GRACE_MS)),
            or(isNull(projects.purgedAt), gt(deletedAt, before(DELETED_LOOKED_AT_MS))),
          ),
        ),
      ),
    )
    .orderBy(sql`${projects.purgedAt} NULLS FIRST`, asc(id))
    .limit(limit);
}

/** They were cleared as of `now`; one that has changed since stays due. */
export async function notePurged(orm: Orm, purges: readonly Purge[], now: Date): Promise<void> {
  for (const { id, retentionDays, hiddenBefore, deletedAt } of purges) {
    const same = and(
      eq(projects.retentionDays, retentionDays),
      hiddenBefore === null ? isNull(projects.hiddenBefore) : eq(projects.hiddenBefore, hiddenBefore),
      deletedAt === null ? isNull(projects.deletedAt) : eq(projects.deletedAt, deletedAt),
    );
    await orm
      .update(projects)
      .set({ purgedAt: now })
      .where(and(eq(projects.id, id), same));
  }
}

function inMs(ms: number) {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}
