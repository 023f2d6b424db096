// When and from where keys were used, and what the intakes report per key and day.
import type { KeyUsage } from '@sazabi/keys';
import { inArray, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { keyRejectionsDaily, keyUsageDaily, publicKeys, secretKeys } from './schema.ts';

export interface LastUse {
  readonly keyId: string;
  readonly atMs: number;
  readonly address: string;
  readonly userAgent: string;
}

/** Rows of one statement: four parameters each, and PostgreSQL takes 65 535. */
const ROWS_AT_ONCE = 1_000;

/**
 * Adds an intake's report to the counters of a day (YYYY-MM-DD, UTC); keys that the store does not know are left out. One that
 * comes twice counts twice: whoever sends reports must not repeat them.
 */
export function recordUsageReport(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  return orm.transaction(async (transaction) => {
    // In one order, so that two reports at once cannot lock each other.
    for (const some of chunks(usages.toSorted(byKeyId))) {
      const ids = some.map(({ keyId }) => keyId);
      const rows = await transaction.select({ id: publicKeys.id }).from(publicKeys).where(inArray(publicKeys.id, ids));
      const known = new Set(rows.map(({ id }) => id));
      const mine = some.filter(({ keyId }) => known.has(keyId));
      await addRequests(transaction, day, mine);
      await addRejections(transaction, day, mine);
      const uses = mine.flatMap(({ keyId, lastUse }) => (lastUse === null ? [] : [{ keyId, ...lastUse }]));
      await setLastUse(transaction, publicKeys, uses);
    }
  });
}

/** Notes the last use of secret keys. */
export async function recordSecretKeyUse(orm: Orm, uses: readonly LastUse[]): Promise<void> {
  for (const some of chunks(uses.toSorted(byKeyId)))
    await orm.transaction((transaction) => setLastUse(transaction, secretKeys, some));
}

async function addRequests(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  if (usages.length === 0) return;
  await orm
    .insert(keyUsageDaily)
    .values(usages.map(({ keyId, requests, limited }) => ({ day, keyId, requests, limited })))
    .onConflictDoUpdate({
      target: [keyUsageDaily.day, keyUsageDaily.keyId],
      set: {
        requests: sql`${keyUsageDaily.requests} + excluded.requests`,
        limited: sql`${keyUsageDaily.limited} + excluded.limited`,
      },
    });
}

async function addRejections(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  const rows = usages.flatMap(({ keyId, rejectedLogs, refusedRequests }) => {
    const codes = new Set([...Object.keys(rejectedLogs), ...Object.keys(refusedRequests)]);
    return [...codes]
      .toSorted()
      .map((code) => ({ day, keyId, code, logs: rejectedLogs[code] ?? 0, requests: refusedRequests[code] ?? 0 }));
  });
  for (const some of chunks(rows)) {
    await orm
      .insert(keyRejectionsDaily)
      .values([...some])
      .onConflictDoUpdate({
        target: [keyRejectionsDaily.day, keyRejectionsDaily.keyId, keyRejectionsDaily.code],
        set: {
          logs: sql`${keyRejectionsDaily.logs} + excluded.logs`,
          requests: sql`${keyRejectionsDaily.requests} + excluded.requests`,
        },
      });
  }
}

/**
 * One statement for all; a use that is older than what is noted changes nothing. The rows are locked in one order first: the
 * statement alone takes them in any, and two replicas at once would lock each other out.
 */
async function setLastUse(
  orm: Orm,
  table: typeof publicKeys | typeof secretKeys,
  uses: readonly LastUse[],
): Promise<void> {
  if (uses.length === 0) return;
  const ids = uses.map(({ keyId }) => keyId);
  await orm.select({ id: table.id }).from(table).where(inArray(table.id, ids)).orderBy(table.id).for('no key update');
  const rows = uses.map(
    ({ keyId, atMs, address, userAgent }) =>
      sql`(${keyId}::uuid, ${new Date(atMs).toISOString()}::timestamptz, ${address}::text, ${userAgent}::text)`,
  );
  await orm.execute(sql`UPDATE ${table} SET
      last_used_at = used.at, last_used_address = used.address, last_used_user_agent = used.user_agent
    FROM (VALUES ${sql.join(rows, sql`, `)}) AS used (id, at, address, user_agent)
    WHERE ${table}.id = used.id AND (${table}.last_used_at IS NULL OR ${table}.last_used_at < used.at)`);
}

function byKeyId(a: { readonly keyId: string }, b: { readonly keyId: string }): number {
  return a.keyId < b.keyId ? -1 : 1;
}

function* chunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) yield rows.slice(from, from + ROWS_AT_ONCE);
}
