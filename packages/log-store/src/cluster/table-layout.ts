// One source of DDL, three forms: a server that stands alone, a server of a cluster, and one that only reads from a cluster.

/** `{kind: 'single'}`: the tables are MergeTree under their own names. */
export type TableLayout =
  | { readonly kind: 'single' }
  /** A shard's server: `logs_local` holds rows, `logs` is Distributed over all shards, for reads. */
  | { readonly kind: 'shard'; readonly cluster: string; readonly replicated: boolean }
  /** A server outside the shards that queries are asked of: Distributed tables alone. */
  | { readonly kind: 'reads'; readonly cluster: string };

export const SINGLE: TableLayout = { kind: 'single' };

const STATEMENT = /^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) ([a-z_]+)(?=\s)/gm;
const ENGINE = /^ENGINE = ((?:[A-Z][a-z]+)?)MergeTree(?:\(([^)]*)\))?$/gm;
/** What a CREATE lists as `name Type …` or `INDEX name …`. */
const ADDED = /^ +ADD (?:COLUMN |(INDEX ))IF NOT EXISTS (.+?),?$/gm;
const DROPPED_INDEX = /^ +DROP INDEX IF EXISTS ([a-z_]+),?$/gm;
const CODEC = /^ +MODIFY COLUMN ([a-z_]+) (CODEC\(.+\)),?$/gm;
const MODIFIED_TTL = /^ALTER TABLE [a-z_]+ MODIFY TTL (.+)$/gm;
const TTL = /\nTTL .+/;
const SETTINGS = /\s*(?:\nSETTINGS|$)/;
const END_OF_COLUMNS = /\n\)\n(?=ENGINE)/;
const WINDOW = /\bnon_replicated_deduplication_window = (\d+)/g;

/** A token is remembered for a day, as no insert that rests on it can come later. */
const WINDOW_SECONDS = 86_400;

/**
 * The column whose value, modulo the number of shards, tells the shard: a row that is written through the Distributed table
 * (an operator's change of a dead letter) goes where the consumer put its first version. Logs have none: they are never
 * written through it.
 */
const SHARDING_KEYS: Readonly<Record<string, string>> = {
  dead_letters: 'bus_partition',
  usage_daily: 'cityHash64(project_id)',
};

/**
 * The statements of one migration for a server of this layout, in order. The source is written for a single server: one
 * statement about one table that begins a line with `CREATE TABLE IF NOT EXISTS name` or `ALTER TABLE name`; a CREATE has a line
 * `ENGINE = …MergeTree…` below the one that ends its columns; an ALTER adds columns, adds or drops indexes, or gives columns
 * another codec, one a line, or modifies the table's TTL, or its settings, which Keeper does not know.
 * @throws Error for a source that is written otherwise
 */
export function renderMigration(source: string, layout: TableLayout): readonly string[] {
  if (layout.kind === 'single') return [source];
  const table = tableOf(source);
  if (layout.kind === 'reads') return [distributed(table, '', layout.cluster)];
  return [localForm(source, layout), distributed(table, `AS ${table}_local `, layout.cluster)];
}

/**
 * A CREATE with the columns, codecs, indexes and TTL that later migrations (those of other tables among them) give its table; an
 * ALTER as it is.
 */
export function withLaterChanges(source: string, later: readonly string[]): string {
  if (!END_OF_COLUMNS.test(source)) return source;
  const table = tableOf(source);
  const own = later.filter((migration) => tableOf(migration) === table);
  const added = own.flatMap((migration) =>
    [...migration.matchAll(ADDED)].map(([, index = '', text]) => `,\n    ${index}${text}`),
  );
  const made = withoutIndexes(withCodecs(source, own), own).replace(END_OF_COLUMNS, `${added.join('')}$&`);
  const ttl = own.flatMap((migration) => [...migration.matchAll(MODIFIED_TTL)].map(([, text]) => text)).at(-1);
  return ttl === undefined ? made : made.replace(TTL, '').replace(SETTINGS, `\nTTL ${ttl}$&`);
}

/** Each codec at the end of its column's line. */
function withCodecs(source: string, own: readonly string[]): string {
  const codecs = own.flatMap((migration) => [...migration.matchAll(CODEC)]);
  return codecs.reduce(
    (made, [, column, codec]) =>
      made.replace(new RegExp(`^( +${column} .+?)(?: CODEC\\(.+\\))?(,?)$`, 'm'), `$1 ${codec}$2`),
    source,
  );
}

/** An index that a CREATE has a line for, never its last one: what a later ALTER added is not taken away again. */
function withoutIndexes(source: string, own: readonly string[]): string {
  const dropped = own.flatMap((migration) => [...migration.matchAll(DROPPED_INDEX)].map(([, name = '']) => name));
  return dropped.reduce((made, name) => made.replace(new RegExp(`^ +INDEX ${name} .+,\\n`, 'm'), ''), source);
}

/** The source itself, then as each of the later migrations leaves its table; forms that are the same once. */
export function withMoreAndMoreChanges(source: string, later: readonly string[]): readonly string[] {
  return [...new Set([source, ...later.map((_, index) => withLaterChanges(source, later.slice(0, index + 1)))])];
}

function tableOf(source: string): string {
  const names = [...source.matchAll(STATEMENT)].map(([, , name]) => name);
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new Error('A migration is one CREATE TABLE IF NOT EXISTS or ALTER TABLE, at the beginning of a line.');
  return name;
}

function localForm(source: string, { cluster, replicated }: { cluster: string; replicated: boolean }): string {
  const local = source.replace(STATEMENT, '$1 $2_local');
  if (!replicated) return local;
  return local
    .replace(ENGINE, (_, variant: string, parameters: string | undefined) => {
      const replica = [`'${keeperPath(cluster)}'`, "'{replica}'", ...(parameters ? [parameters] : [])];
      return `ENGINE = Replicated${variant}MergeTree(${replica.join(', ')})`;
    })
    .replace(WINDOW, (window, inserts: string) => {
      const twin = `replicated_deduplication_window = ${inserts}`;
      return `${window}, ${twin}, replicated_deduplication_window_seconds = ${WINDOW_SECONDS}`;
    });
}

/** `{shard}`, `{database}` and `{table}` are filled in by the server; the cluster's name keeps two systems on one Keeper apart. */
function keeperPath(cluster: string): string {
  return `/clickhouse/tables/${cluster}/{database}/{shard}/{table}`;
}

/** It holds nothing, so it is made anew whenever the table behind it changes. */
function distributed(table: string, structure: string, cluster: string): string {
  const key = SHARDING_KEYS[table];
  const engine = [`'${cluster}'`, 'currentDatabase()', `'${table}_local'`, ...(key === undefined ? [] : [key])];
  return `CREATE OR REPLACE TABLE ${table} ${structure}ENGINE = Distributed(${engine.join(', ')})`;
}
