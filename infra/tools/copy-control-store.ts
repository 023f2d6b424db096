// Copies organizations, projects and keys from the embedded control store to PostgreSQL, once, when it is outgrown:
// node infra/tools/copy-control-store.ts .sazabi/control postgres://user:password@host:5432/database
import { type ControlDb, type Orm, openControlDb } from '@sazabi/control-db';
import { sql } from 'drizzle-orm';

/**
 * In an order in which each refers only to those before it. Not: schema_migrations (both have them), and what running APIs hold:
 * api_replicas, maintenance, key_room.
 */
export const COPIED_TABLES = [
  'organizations',
  'projects',
  'public_keys',
  'secret_keys',
  'key_changes',
  'audit_log',
  'key_usage_daily',
  'key_rejections_daily',
  'quota_use',
  'threads',
  'thread_messages',
  'instance',
] as const;

/**
 * Copies all rows in one transaction; the target's own identity (`instance`) gives way, so that receipts and the intakes' snapshots stay
 * good. @throws Error where the target has organizations already
 */
export async function copyControlStore(from: ControlDb, to: ControlDb): Promise<ReadonlyMap<string, number>> {
  return await to.orm.transaction(async (transaction) => {
    if ((await rowsOf(transaction, 'organizations')) !== '[]')
      throw new Error('The target has organizations already: nothing was copied. Use an empty database.');
    await transaction.execute(sql`DELETE FROM instance`);
    const counts = new Map<string, number>();
    for (const table of COPIED_TABLES) {
      const rows = await rowsOf(from.orm, table);
      const name = sql.identifier(table);
      await transaction.execute(
        sql`INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, ${rows}::text::json)`,
      );
      counts.set(table, JSON.parse(rows).length);
    }
    return counts;
  });
}

/** All rows as one JSON text, made and read by the databases themselves: no value passes through a type of ours. */
async function rowsOf(orm: Orm, table: (typeof COPIED_TABLES)[number]): Promise<string> {
  const [found] = await orm
    .select({ rows: sql<string>`coalesce(json_agg(t), '[]')::text` })
    .from(sql`${sql.identifier(table)} t`);
  return found?.rows ?? '[]';
}

if (import.meta.main) {
  const [folder, url] = process.argv.slice(2);
  if (folder === undefined || url === undefined || !url.startsWith('postgres')) {
    process.stderr.write(
      'Usage: node infra/tools/copy-control-store.ts FOLDER postgres://user:password@host:port/database\n',
    );
    process.exit(64);
  }
  const from = await openControlDb(`pglite:${folder}`);
  const to = await openControlDb(url);
  const counts = await copyControlStore(from, to);
  for (const [table, count] of counts) process.stdout.write(`${table}: ${count}\n`);
  await Promise.all([from.close(), to.close()]);
}
