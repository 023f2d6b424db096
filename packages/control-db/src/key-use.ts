// When and from where keys were used, and what the intakes report per key and day.
import type { KeyUsage } from '@sazabi/keys';
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { keyRejectionsDaily, keyUsageDaily, publicKeys, secretKeys } from './schema.ts';

export interface LastUse {
  readonly keyId: string;
  readonly atMs: number;
  readonly address: string;
  readonly userAgent: string;
}

/** Adds an intake's report to the day's counters; keys that the store does not know are left out. */
export function recordUsageReport(orm: Orm, usages: readonly KeyUsage[]): Promise<void> {
  return orm.transaction(async (transaction) => {
    const ids = usages.map(({ keyId }) => keyId);
    const known = new Set(
      (await transaction.select({ id: publicKeys.id }).from(publicKeys).where(inArray(publicKeys.id, ids))).map(
        ({ id }) => id,
      ),
    );
    // In one order, so that two reports at once cannot lock each other.
    const mine = usages.filter(({ keyId }) => known.has(keyId)).sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
    for (const usage of mine) {
      const day = new Date(usage.lastUsedAtMs).toISOString().slice(0, 10);
      await addRequests(transaction, day, usage);
      await addRejections(transaction, day, usage);
      await setLastUse(transaction, publicKeys, {
        keyId: usage.keyId,
        atMs: usage.lastUsedAtMs,
        ...usage.lastUsedFrom,
      });
    }
  });
}

/** Notes the last use of secret keys. */
export async function recordSecretKeyUse(orm: Orm, uses: readonly LastUse[]): Promise<void> {
  for (const use of uses) await setLastUse(orm, secretKeys, use);
}

async function addRequests(orm: Orm, day: string, { keyId, requests, limited }: KeyUsage): Promise<void> {
  await orm
    .insert(keyUsageDaily)
    .values({ day, keyId, requests, limited })
    .onConflictDoUpdate({
      target: [keyUsageDaily.day, keyUsageDaily.keyId],
      set: {
        requests: sql`${keyUsageDaily.requests} + ${requests}`,
        limited: sql`${keyUsageDaily.limited} + ${limited}`,
      },
    });
}

async function addRejections(orm: Orm, day: string, { keyId, rejectedLogs }: KeyUsage): Promise<void> {
  const values = Object.entries(rejectedLogs).map(([code, logs]) => ({ day, keyId, code, logs }));
  if (values.length === 0) return;
  await orm
    .insert(keyRejectionsDaily)
    .values(values)
    .onConflictDoUpdate({
      target: [keyRejectionsDaily.day, keyRejectionsDaily.keyId, keyRejectionsDaily.code],
      set: { logs: sql`${keyRejectionsDaily.logs} + excluded.logs` },
    });
}

async function setLastUse(orm: Orm, table: typeof publicKeys | typeof secretKeys, use: LastUse): Promise<void> {
  const at = new Date(use.atMs);
  await orm
    .update(table)
    .set({ lastUsedAt: at, lastUsedAddress: use.address, lastUsedUserAgent: use.userAgent })
    .where(and(eq(table.id, use.keyId), or(isNull(table.lastUsedAt), lt(table.lastUsedAt, at))));
}
