// Secret keys: made, looked up at every request, listed, revoked; never the last admin key of an organization.
import type { Scope } from '@sazabi/contract';
import { and, desc, eq, isNull, lt, ne, sql } from 'drizzle-orm';
import { type Actor, actorKeyId, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { type NewKey, newKeyMaterial } from './key-material.ts';
import type { ListKeysOptions } from './public-keys.ts';
import { organizations, secretKeys } from './schema.ts';

export type SecretKey = typeof secretKeys.$inferSelect;

export interface NewSecretKey extends NewKey {
  /** `admin` unless told otherwise. */
  readonly scopes?: readonly Scope[] | undefined;
  readonly allowBrowser?: boolean | undefined;
}

/** The row and its plain text this once. */
export function createSecretKey(
  orm: Orm,
  organizationId: string,
  wanted: NewSecretKey,
  actor: Actor,
): Promise<{ row: SecretKey; key: string }> {
  const { key, columns } = newKeyMaterial('secret', wanted);
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const row: SecretKey = {
      ...columns,
      organizationId,
      scopes: [...(wanted.scopes ?? ['admin'])],
      allowBrowser: wanted.allowBrowser ?? false,
      createdAt: now,
      createdBy: actorKeyId(actor),
    };
    await transaction.insert(secretKeys).values(row);
    await audit(
      transaction,
      actor,
      { organizationId, action: 'secret_key.created', targetType: 'secret_key', targetId: row.id },
      now,
    );
    return { row, key };
  });
}

/** The key whose whole text has this SHA-256, with its organization's name; one indexed read, so a revoke is seen at once by every replica. */
export async function findSecretKeyByHash(
  orm: Orm,
  hash: string,
): Promise<{ key: SecretKey; organizationName: string } | null> {
  const [row] = await orm
    .select({ key: secretKeys, organizationName: organizations.name })
    .from(secretKeys)
    .innerJoin(organizations, eq(organizations.id, secretKeys.organizationId))
    .where(eq(secretKeys.hash, hash));
  return row ?? null;
}

/** Newest first, revoked ones too. */
export function listSecretKeys(orm: Orm, organizationId: string, options: ListKeysOptions): Promise<SecretKey[]> {
  return orm
    .select()
    .from(secretKeys)
    .where(
      and(
        eq(secretKeys.organizationId, organizationId),
        options.mode === undefined ? undefined : eq(secretKeys.mode, options.mode),
        options.before === null ? undefined : lt(secretKeys.id, options.before),
      ),
    )
    .orderBy(desc(secretKeys.id))
    .limit(options.limit);
}

/** The key of this organization with this id, revoked or not, or null. */
export async function findSecretKey(orm: Orm, organizationId: string, id: string): Promise<SecretKey | null> {
  const [row] = await orm
    .select()
    .from(secretKeys)
    .where(and(eq(secretKeys.organizationId, organizationId), eq(secretKeys.id, id)));
  return row ?? null;
}

/**
 * Ends the key at once; one that is revoked stays as it is. `last-admin`: nothing was changed, as no key would be left
 * that can manage what this one can (unexpiring, admin, and live where this one is live: a test key manages test keys only).
 */
export function revokeSecretKey(
  orm: Orm,
  organizationId: string,
  id: string,
  actor: Actor,
): Promise<'revoked' | 'not-found' | 'last-admin'> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    // Two revokes of the last two admin keys must not pass each other.
    await transaction.select().from(organizations).where(eq(organizations.id, organizationId)).for('update');
    const row = await findSecretKey(transaction, organizationId, id);
    if (row === null) return 'not-found';
    if (row.revokedAt !== null) return 'revoked';
    if (row.expiresAt === null && row.scopes.includes('admin') && (await countOtherAdmins(transaction, row)) === 0)
      return 'last-admin';
    await transaction.update(secretKeys).set({ revokedAt: now }).where(eq(secretKeys.id, id));
    await audit(
      transaction,
      actor,
      { organizationId, action: 'secret_key.revoked', targetType: 'secret_key', targetId: id },
      now,
    );
    return 'revoked';
  });
}

function countOtherAdmins(transaction: Orm, key: SecretKey): Promise<number> {
  return transaction.$count(
    secretKeys,
    and(
      eq(secretKeys.organizationId, key.organizationId),
      ne(secretKeys.id, key.id),
      isNull(secretKeys.revokedAt),
      isNull(secretKeys.expiresAt),
      sql`'admin' = ANY (${secretKeys.scopes})`,
      key.mode === 'live' ? eq(secretKeys.mode, 'live') : undefined,
    ),
  );
}
