// Secret keys: looked up at every request; no change takes the last one that can manage an organization.
import { ContractError, type Scope } from '@sazabi/contract';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { IN_FORCE_ALREADY, type KeyTable, type NewKey } from './key-table.ts';
import { SECRET_KEYS_MAX } from './limits.ts';
import { organizations, secretKeys } from './schema.ts';

export type SecretKey = typeof secretKeys.$inferSelect;

export interface NewSecretKey extends NewKey {
  /** `admin` unless told otherwise. */
  readonly scopes?: readonly Scope[] | undefined;
  readonly allowBrowser?: boolean | undefined;
}

export const SECRET_KEYS: KeyTable<SecretKey, NewSecretKey> = {
  type: 'secret',
  columns: secretKeys,
  keysMax: SECRET_KEYS_MAX,
  rowOf: (common, { scopes, allowBrowser }) => ({
    ...common,
    scopes: [...(scopes ?? ['admin'])],
    allowBrowser: allowBrowser ?? false,
  }),
  filter: () => undefined,
  select: async (orm, where, limit) =>
    await orm.select().from(secretKeys).where(where).orderBy(desc(secretKeys.id)).limit(limit),
  async selectToChange(transaction, organizationId, where) {
    // Two changes that end the last two admin keys must not pass each other.
    await transaction.select().from(organizations).where(eq(organizations.id, organizationId)).for('no key update');
    const [row] = await transaction.select().from(secretKeys).where(where).for('no key update');
    return row;
  },
  async insert(transaction, row) {
    await transaction.insert(secretKeys).values(row);
  },
  async update(transaction, id, columns) {
    const [row] = await transaction.update(secretKeys).set(columns).where(eq(secretKeys.id, id)).returning();
    return row;
  },
  // Intakes know no secret keys.
  async settle(transaction, { before }) {
    if (before !== null && isLastingAdmin(before)) await requireLastingAdmin(transaction, before);
    return IN_FORCE_ALREADY;
  },
};

/**
 * The key whose whole text has this SHA-256, with its organization's name; one indexed read, so a revoke is seen at once by every
 * replica.
 */
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

function isLastingAdmin({ revokedAt, expiresAt, scopes }: SecretKey): boolean {
  return revokedAt === null && expiresAt === null && scopes.includes('admin');
}

/**
 * One must be left that can manage what this one could: a test key manages test keys only.
 * @throws ContractError CONFLICT
 */
async function requireLastingAdmin(transaction: Orm, before: SecretKey): Promise<void> {
  const left = await transaction.$count(
    secretKeys,
    and(
      eq(secretKeys.organizationId, before.organizationId),
      isNull(secretKeys.revokedAt),
      isNull(secretKeys.expiresAt),
      sql`'admin' = ANY (${secretKeys.scopes})`,
      before.mode === 'live' ? eq(secretKeys.mode, 'live') : undefined,
    ),
  );
  if (left > 0) return;
  throw new ContractError(
    'CONFLICT',
    'This is the last admin key that does not expire: nobody could manage the organization without it. Make another one first, or rotate this one.',
  );
}
