// Public keys: each change gets its place in the order that the key feed follows.
import { ContractError } from '@sazabi/contract';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { recordKeyChanges } from './key-changes.ts';
import type { KeyTable, NewKey } from './key-table.ts';
import { PUBLIC_KEYS_MAX } from './limits.ts';
import { projects, publicKeys } from './schema.ts';

export type PublicKey = typeof publicKeys.$inferSelect;

export interface NewPublicKey extends NewKey {
  /** A living project of the same organization. */
  readonly projectId: string;
  readonly environment?: string | null | undefined;
}

export const PUBLIC_KEYS: KeyTable<PublicKey, NewPublicKey> = {
  type: 'public',
  columns: publicKeys,
  keysMax: PUBLIC_KEYS_MAX,
  rowOf: (common, { projectId, environment }) => ({ ...common, projectId, environment: environment ?? null }),
  filter: ({ projectId }) => (projectId === undefined ? undefined : eq(publicKeys.projectId, projectId)),
  select: async (orm, where, limit) =>
    await orm.select().from(publicKeys).where(where).orderBy(desc(publicKeys.id)).limit(limit),
  async selectToChange(transaction, _organizationId, where) {
    const [row] = await transaction.select().from(publicKeys).where(where).for('no key update');
    return row;
  },
  async insert(transaction, row) {
    // The project is there until this is committed; who deletes it revokes this key with the others.
    const [project] = await transaction
      .select({ id: projects.id })
      .from(projects)
      .where(
        and(
          eq(projects.organizationId, row.organizationId),
          eq(projects.id, row.projectId),
          isNull(projects.deletedAt),
        ),
      )
      .for('share');
    if (project === undefined) throw new ContractError('NOT_FOUND', 'There is no such project.');
    await transaction.insert(publicKeys).values(row);
  },
  async update(transaction, id, columns) {
    const [row] = await transaction.update(publicKeys).set(columns).where(eq(publicKeys.id, id)).returning();
    return row;
  },
  settle: (transaction, { ids, now }) => recordKeyChanges(transaction, ids, now),
};
