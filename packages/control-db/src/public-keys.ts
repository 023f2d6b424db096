// Public keys: made, listed, revoked. Each change gets its place in the order that the key feed follows.
import type { Mode } from '@sazabi/contract';
import { and, desc, eq, lt } from 'drizzle-orm';
import { type Actor, actorKeyId, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { recordKeyChanges } from './key-changes.ts';
import { type NewKey, newKeyMaterial } from './key-material.ts';
import { publicKeys } from './schema.ts';

export type PublicKey = typeof publicKeys.$inferSelect;

export interface NewPublicKey extends NewKey {
  /** A living project of the same organization. */
  readonly projectId: string;
  readonly environment?: string | null | undefined;
}

export interface ListKeysOptions {
  readonly limit: number;
  /** Only keys made before the one with this id. */
  readonly before: string | null;
  /** Only keys of this mode; undefined = of both. */
  readonly mode?: Mode | undefined;
}

/** The row, its plain text this once, and the seq that intakes confirm. */
export function createPublicKey(
  orm: Orm,
  organizationId: string,
  wanted: NewPublicKey,
  actor: Actor,
): Promise<{ row: PublicKey; key: string; seq: number }> {
  const { key, columns } = newKeyMaterial('public', wanted);
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const row: PublicKey = {
      ...columns,
      organizationId,
      projectId: wanted.projectId,
      environment: wanted.environment ?? null,
      createdAt: now,
      createdBy: actorKeyId(actor),
    };
    await transaction.insert(publicKeys).values(row);
    await audit(
      transaction,
      actor,
      { organizationId, action: 'public_key.created', targetType: 'public_key', targetId: row.id },
      now,
    );
    return { row, key, seq: await recordKeyChanges(transaction, [row.id], now) };
  });
}

/** Newest first, revoked ones too. */
export function listPublicKeys(orm: Orm, organizationId: string, options: ListKeysOptions): Promise<PublicKey[]> {
  return orm
    .select()
    .from(publicKeys)
    .where(
      and(
        eq(publicKeys.organizationId, organizationId),
        options.mode === undefined ? undefined : eq(publicKeys.mode, options.mode),
        options.before === null ? undefined : lt(publicKeys.id, options.before),
      ),
    )
    .orderBy(desc(publicKeys.id))
    .limit(options.limit);
}

/** The key of this organization with this id, revoked or not, or null. */
export async function findPublicKey(orm: Orm, organizationId: string, id: string): Promise<PublicKey | null> {
  const [row] = await orm
    .select()
    .from(publicKeys)
    .where(and(eq(publicKeys.organizationId, organizationId), eq(publicKeys.id, id)));
  return row ?? null;
}

/** Ends the key at once; one that is revoked stays as it is. Resolves to the seq that intakes confirm, or null: no such key. */
export function revokePublicKey(orm: Orm, organizationId: string, id: string, actor: Actor): Promise<number | null> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const [row] = await transaction
      .select()
      .from(publicKeys)
      .where(and(eq(publicKeys.organizationId, organizationId), eq(publicKeys.id, id)))
      .for('update');
    if (row === undefined) return null;
    // Asked again it is told again: whoever repeats a revoke (after a lost answer) waits for the intakes as well.
    if (row.revokedAt !== null) return await recordKeyChanges(transaction, [], now);
    await transaction.update(publicKeys).set({ revokedAt: now }).where(eq(publicKeys.id, id));
    await audit(
      transaction,
      actor,
      { organizationId, action: 'public_key.revoked', targetType: 'public_key', targetId: id },
      now,
    );
    return await recordKeyChanges(transaction, [id], now);
  });
}
