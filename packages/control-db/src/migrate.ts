// Applies src/migrations/*.sql in order, each once, under a lock: several replicas may start at once.
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Orm } from './control-db.ts';
import { IDLE_IN_START_MS } from './limits.ts';
import { instance } from './schema.ts';

const MIGRATIONS_FOLDER = join(import.meta.dirname, 'migrations');
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** Any number that no other program on the same database uses for its advisory locks. */
const MIGRATION_LOCK = 7_221_001;

/** 0 = none. */
const START_TIMEOUTS = [
  ['statement_timeout', 0],
  ['lock_timeout', 0],
  ['idle_in_transaction_session_timeout', IDLE_IN_START_MS],
] as const;

const schemaMigrations = pgTable('schema_migrations', {
  version: integer('version').primaryKey(),
  name: text('name').notNull(),
  appliedAt: timestamp('applied_at', { withTimezone: true }).notNull().defaultNow(),
});

/**
 * Runs `work` in one transaction that no other start (migration, bootstrap) of any replica overlaps. Waiting for the others
 * and migrating take as long as they take; a start that stands still in between is ended by the server.
 */
export function underStartLock<T>(orm: Orm, work: (transaction: Orm) => Promise<T>): Promise<T> {
  return orm.transaction(async (transaction) => {
    for (const [setting, ms] of START_TIMEOUTS)
      await transaction.execute(sql`SELECT set_config(${setting}, ${String(ms)}, true)`);
    await transaction.execute(sql`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    return await work(transaction);
  });
}

/**
 * Brings the database to the newest version, all in one transaction; does nothing where it is there already.
 * @param upTo a version before it, for tests of what follows
 */
export function migrate(orm: Orm, upTo = Number.POSITIVE_INFINITY): Promise<void> {
  return underStartLock(orm, async (transaction) => {
    await transaction.execute(sql`CREATE TABLE IF NOT EXISTS schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    const applied = new Set((await transaction.select().from(schemaMigrations)).map(({ version }) => version));
    for (const { version, name, statements } of readMigrations()) {
      if (applied.has(version) || version > upTo) continue;
      for (const statement of statements) await transaction.execute(sql.raw(statement));
      await transaction.insert(schemaMigrations).values({ version, name });
    }
    await transaction
      .insert(instance)
      .values({ epoch: randomUUID(), receiptSecret: randomBytes(32).toString('base64'), createdAt: new Date() })
      .onConflictDoNothing();
  });
}

function readMigrations(): { version: number; name: string; statements: string[] }[] {
  return readdirSync(MIGRATIONS_FOLDER)
    .sort()
    .map((name) => {
      const version = FILE_NAME.exec(name)?.[1];
      if (version === undefined) throw new Error(`${name} is not the name of a migration: NNNN_what_it_does.sql`);
      return {
        version: Number(version),
        name,
        statements: statementsOf(readFileSync(join(MIGRATIONS_FOLDER, name), 'utf8')),
      };
    });
}

/** One statement a call, as both drivers' extended protocol wants it: split at ';' that ends a line. */
function statementsOf(text: string): string[] {
  return text
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '');
}
