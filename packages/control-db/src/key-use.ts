// When and from where keys were used, and what the intakes report per key and day.
import type { KeyUsage } from '@sazabi/keys';
import { type Column, type SQL, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { keyRejectionsDaily, keyUsageDaily, publicKeys, secretKeys } from './schema.ts';

export interface LastUse {
  readonly keyId: string;
  readonly atMs: number;
  readonly address: string;
  readonly userAgent: string;
}

/**
 * Adds an intake's report to the counters of a day (YYYY-MM-DD, UTC); keys that the store does not know are left out. One that
 * comes twice counts twice: whoever sends reports must not repeat them.
 */
export function recordUsageReport(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  return orm.transaction(async (transaction) => {
    const ids = usages.map(({ keyId }) => keyId);
    const rows = await transaction.select({ id: publicKeys.id }).from(publicKeys).where(isIn(publicKeys.id, ids));
    const known = new Set(rows.map(({ id }) => id));
    const mine = usages.filter(({ keyId }) => known.has(keyId));
    await addRequests(transaction, day, mine);
    await addRejections(transaction, day, mine);
    const uses = mine.flatMap(({ keyId, lastUse }) => (lastUse === null ? [] : [{ keyId, ...lastUse }]));
    await setLastUse(transaction, publicKeys, uses);
  });
}

/** Notes the last use of secret keys. */
export async function recordSecretKeyUse(orm: Orm, uses: readonly LastUse[]): Promise<void> {
  await orm.transaction((transaction) => setLastUse(transaction, secretKeys, uses));
}

/**
 * All rows as one parameter: with one for each value drizzle and PostgreSQL took 105 CPU-ms for a report of 500 keys, so 75. What no text of
 * PostgreSQL holds (NUL, half a surrogate pair, as of a user agent that was cut) becomes U+FFFD.
 */
function json(rows: readonly unknown[]): SQL {
  const storable = (_: string, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;
  return sql`${JSON.stringify(rows, storable)}::json`;
}

function isIn(column: Column, ids: readonly string[]): SQL {
  return sql`${column} IN (SELECT value::uuid FROM json_array_elements_text(${json(ids)}))`;
}

/** In one order, here and below, so that two reports at once cannot lock each other. */
async function addRequests(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  if (usages.length === 0) return;
  const rows = usages.map(({ keyId, requests, limited }) => ({ id: keyId, requests, limited }));
  await orm.execute(sql`INSERT INTO ${keyUsageDaily} AS known (day, key_id, requests, limited)
    SELECT ${day}::date, id, requests, limited
    FROM json_to_recordset(${json(rows)}) AS used (id uuid, requests bigint, limited bigint) ORDER BY id
    ON CONFLICT (day, key_id) DO UPDATE SET
      requests = known.requests + excluded.requests, limited = known.limited + excluded.limited`);
}

async function addRejections(orm: Orm, day: string, usages: readonly KeyUsage[]): Promise<void> {
  const rows = usages.flatMap(({ keyId, rejectedLogs, refusedRequests }) => {
    const codes = new Set([...Object.keys(rejectedLogs), ...Object.keys(refusedRequests)]);
    return [...codes].map((code) => ({
      id: keyId,
      code,
      logs: rejectedLogs[code] ?? 0,
      requests: refusedRequests[code] ?? 0,
    }));
  });
  if (rows.length === 0) return;
  await orm.execute(sql`INSERT INTO ${keyRejectionsDaily} AS known (day, key_id, code, logs, requests)
    SELECT ${day}::date, id, code, logs, requests
    FROM json_to_recordset(${json(rows)}) AS refused (id uuid, code text, logs bigint, requests bigint) ORDER BY id, code
    ON CONFLICT (day, key_id, code) DO UPDATE SET
      logs = known.logs + excluded.logs, requests = known.requests + excluded.requests`);
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
  await orm.select({ id: table.id }).from(table).where(isIn(table.id, ids)).orderBy(table.id).for('no key update');
  const rows = uses.map(({ keyId, atMs, address, userAgent }) => ({
    id: keyId,
    at: new Date(atMs),
    address,
    user_agent: userAgent,
  }));
  await orm.execute(sql`UPDATE ${table} SET
      last_used_at = used.at, last_used_address = used.address, last_used_user_agent = used.user_agent
    FROM json_to_recordset(${json(rows)}) AS used (id uuid, at timestamptz, address text, user_agent text)
    WHERE ${table}.id = used.id AND (${table}.last_used_at IS NULL OR ${table}.last_used_at < used.at)`);
}
