// Projects change and end. What intakes have to know of it (retention, quotas, the end) changes the project's public keys.
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { type Actor, audit, auditAll } from './actor.ts';
import type { Orm } from './control-db.ts';
import { recordKeyChanges } from './key-changes.ts';
import type { Project } from './projects.ts';
import { projects, publicKeys } from './schema.ts';

const DAY_MS = 86_400_000;
/** Keys in one statement: a project may have tens of thousands, and a statement takes 65 535 parameters. */
const KEYS_AT_ONCE = 1_000;

/** What is absent stays. */
export interface ProjectChange {
  readonly name?: string | undefined;
  readonly retentionDays?: number | undefined;
  /** null = no quota. */
  readonly quotaBytesPerDay?: number | null | undefined;
  readonly quotaLogsPerDay?: number | null | undefined;
}

/** As the API names them, for the audit log. */
const FIELDS = [
  ['name', 'name'],
  ['retentionDays', 'retentionDays'],
  ['quotaBytesPerDay', 'quotas.bytesPerDay'],
  ['quotaLogsPerDay', 'quotas.logsPerDay'],
] as const;

/**
 * Changes a living project of the organization; null: there is none with this id. What a retention has hidden by now stays
 * hidden: a longer one is for logs from now on, and those of before are hidden when they would have been. Resolves to the seq that
 * intakes confirm.
 */
export function changeProject(
  orm: Orm,
  organizationId: string,
  id: string,
  wanted: ProjectChange,
  actor: Actor,
): Promise<{ row: Project; seq: number } | null> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const before = await lockProject(transaction, organizationId, id);
    if (before === undefined) return null;
    const changed = FIELDS.filter(([field]) => wanted[field] !== undefined && wanted[field] !== before[field]);
    // Asked again it is told again: whoever repeats a change (after a lost answer) waits for the intakes as well.
    if (changed.length === 0) return { row: before, seq: await recordKeyChanges(transaction, [], now) };
    const values = Object.fromEntries(changed.map(([field]) => [field, wanted[field]]));
    const ended = now.getTime() - before.retentionDays * DAY_MS;
    const days = wanted.retentionDays ?? before.retentionDays;
    const earlier = [...before.earlierRetentions, { untilMs: now.getTime(), days: before.retentionDays }];
    const hidden = changed.some(([field]) => field === 'retentionDays')
      ? {
          hiddenBefore: new Date(Math.max(ended, before.hiddenBefore?.getTime() ?? 0)),
          // A shorter one is for all logs, a longer one for those from now on.
          earlierRetentions: earlier.filter((one) => one.days < days),
          retentionChangedAt: now,
          purgedAt: null,
        }
      : {};
    const [row = before] = await transaction
      .update(projects)
      .set({ ...values, ...hidden })
      .where(eq(projects.id, id))
      .returning();
    const changes = Object.fromEntries(changed.map(([field, name]) => [name, [before[field], row[field]] as const]));
    await audit(transaction, actor, { ...entryOf(row), action: 'project.changed', changes }, now);
    const forIntakes = changed.some(([field]) => field !== 'name');
    const keys = forIntakes ? await livingKeys(transaction, organizationId, id) : [];
    return { row, seq: await recordInChunks(transaction, keys, now) };
  });
}

/**
 * Ends a living project of the organization and revokes its public keys; null: there is none with this id. Its logs belong to
 * no scope from now on. Resolves to the seq that intakes confirm.
 */
export function deleteProject(orm: Orm, organizationId: string, id: string, actor: Actor): Promise<number | null> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    // Keys before their project, as a rotation locks them: in another order the two would wait for each other.
    await livingKeys(transaction, organizationId, id).for('no key update');
    const before = await lockProject(transaction, organizationId, id);
    if (before === undefined) return null;
    await transaction.update(projects).set({ deletedAt: now, purgedAt: null }).where(eq(projects.id, id));
    await audit(transaction, actor, { ...entryOf(before), action: 'project.deleted' }, now);
    const keys = await livingKeys(transaction, organizationId, id);
    for (const chunk of chunksOf(keys)) {
      const ids = chunk.map((key) => key.id);
      await transaction.update(publicKeys).set({ revokedAt: now }).where(inArray(publicKeys.id, ids));
      const revoked = { organizationId, action: 'public_key.revoked', targetType: 'public_key' } as const;
      const entries = chunk.map((key) => ({ ...revoked, targetId: key.id, targetName: key.name }));
      await auditAll(transaction, actor, entries, now);
    }
    return await recordInChunks(transaction, keys, now);
  });
}

async function lockProject(transaction: Orm, organizationId: string, id: string): Promise<Project | undefined> {
  const [row] = await transaction
    .select()
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), eq(projects.id, id), isNull(projects.deletedAt)))
    .for('update');
  return row;
}

/** Keys that are not revoked: intakes know the others as ended, whatever their project does. */
function livingKeys(transaction: Orm, organizationId: string, projectId: string) {
  return transaction
    .select({ id: publicKeys.id, name: publicKeys.name })
    .from(publicKeys)
    .where(
      and(
        eq(publicKeys.organizationId, organizationId),
        eq(publicKeys.projectId, projectId),
        isNull(publicKeys.revokedAt),
      ),
    )
    .orderBy(publicKeys.id)
    .$dynamic();
}

async function recordInChunks(transaction: Orm, keys: readonly { id: string }[], now: Date): Promise<number> {
  let seq = await recordKeyChanges(transaction, [], now);
  for (const chunk of chunksOf(keys)) {
    const ids = chunk.map(({ id }) => id);
    seq = await recordKeyChanges(transaction, ids, now);
  }
  return seq;
}

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / KEYS_AT_ONCE);
  return Array.from({ length: count }, (_, at) => all.slice(at * KEYS_AT_ONCE, (at + 1) * KEYS_AT_ONCE));
}

function entryOf({ organizationId, id, name }: Project) {
  return { organizationId, targetType: 'project', targetId: id, targetName: name } as const;
}
