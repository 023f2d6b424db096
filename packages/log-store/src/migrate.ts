// Brings the tables to the version of this code: numbered, idempotent .sql files, recorded in schema_migrations.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ClickHouseClient, ClickHouseError } from '@clickhouse/client';
import { renderMigration, SINGLE, type TableLayout, withMoreAndMoreChanges } from './cluster/table-layout.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

const schemaMigrations = (table: string) => `
CREATE TABLE IF NOT EXISTS ${table} (version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = MergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

/** ClickHouse's codes: Keeper knows the table with other columns, indexes or another TTL, since another replica has brought it further. */
const OTHER_FORM: ReadonlySet<string> = new Set(['122', '342']);

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly source: string;
}

/**
 * Applies what is not recorded yet, in order; returns the names applied. Each file is one statement that may run twice,
 * so that several processes may start at once and a crash before the record is written does no harm. Of a cluster each server
 * is migrated by itself, in the form that `layout` tells, and keeps its own record of it: nothing of this needs ON CLUSTER.
 */
export async function migrateLogStore(
  client: ClickHouseClient,
  layout: TableLayout = SINGLE,
): Promise<readonly string[]> {
  // Of another name where nothing is stored: such a server may become a shard's, and has no local tables then.
  const record = layout.kind === 'reads' ? 'schema_migrations_of_reads' : 'schema_migrations';
  await client.command({ query: schemaMigrations(record) });
  const applied = await appliedVersions(client, record);
  const pending = (await readMigrations()).filter(({ version }) => !applied.has(version));
  for (const [index, { version, name, source }] of pending.entries()) {
    const later = pending.slice(index + 1).map((migration) => migration.source);
    await apply(client, source, later, layout);
    await client.insert({ table: record, format: 'JSONEachRow', values: [{ version, name }] });
  }
  return pending.map(({ name }) => name);
}

/**
 * A replica that comes after the others makes a table as they have it by now, which may be as any later migration left it:
 * Keeper takes no other form.
 */
async function apply(
  client: ClickHouseClient,
  source: string,
  later: readonly string[],
  layout: TableLayout,
): Promise<void> {
  const run = async (form: string) => {
    for (const query of renderMigration(form, layout)) await client.command({ query });
  };
  const forms = withMoreAndMoreChanges(source, later);
  for (const [index, form] of forms.entries()) {
    try {
      return await run(form);
    } catch (error) {
      const another = error instanceof ClickHouseError && OTHER_FORM.has(error.code);
      if (!another || index === forms.length - 1) throw error;
    }
  }
}

async function appliedVersions(client: ClickHouseClient, record: string): Promise<ReadonlySet<number>> {
  const result = await client.query({ query: `SELECT version FROM ${record}`, format: 'JSONEachRow' });
  const rows = await result.json<{ version: number }>();
  return new Set(rows.map(({ version }) => version));
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(fileURLToPath(FOLDER))).sort();
  return await Promise.all(
    names.map(async (name) => {
      const version = Number(FILE_NAME.exec(name)?.[1]);
      if (Number.isNaN(version)) throw new Error(`${name} in the migrations folder is not named NNNN-what.sql`);
      return { version, name, source: await readFile(new URL(name, FOLDER), 'utf8') };
    }),
  );
}
