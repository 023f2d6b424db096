import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alone } from '../ingest/check-insert-tokens.ts';
import { contradiction } from './inspect-server.ts';
import { renderMigration, withLaterChanges, withMoreAndMoreChanges } from './table-layout.ts';

const FOLDER = new URL('../migrations/', import.meta.url);
const MIGRATIONS = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const);
const replicated = { kind: 'shard', cluster: 'c', replicated: true } as const;

/** What the server would run, without comments. */
const statements = (source: string, layout: Parameters<typeof renderMigration>[1]) =>
  renderMigration(source, layout).map((text) => text.replace(/^--.*\n/gm, ''));

describe.each(MIGRATIONS)('%s', (_, source) => {
  it('is the source itself on a single server', () => {
    expect(renderMigration(source, { kind: 'single' })).toEqual([source]);
  });

  it('is the local table and a Distributed one on a shard', () => {
    const [local = '', distributed = '', ...more] = statements(source, { ...replicated, replicated: false });
    const table = /^(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE) (\w+)_local\s/.exec(local)?.[1];
    expect(table).toMatch(/^(logs|dead_letters|usage_daily)$/);
    expect(distributed).toMatch(
      new RegExp(
        `^CREATE OR REPLACE TABLE ${table} AS ${table}_local ENGINE = Distributed\\('c', currentDatabase\\(\\), '${table}_local'`,
      ),
    );
    expect(more).toEqual([]);
  });

  it('with replicas has a replicated engine, and windows for both kinds', () => {
    const [local = ''] = statements(source, replicated);
    if (/ENGINE/.test(local)) expect(local).toMatch(/ENGINE = Replicated\w*MergeTree\('[^']*', '\{replica\}'/);
    const window = /\bnon_replicated_deduplication_window = (\d+)/.exec(local)?.[1];
    if (window !== undefined)
      expect(local).toContain(
        `replicated_deduplication_window = ${window}, replicated_deduplication_window_seconds = 86400`,
      );
  });

  it('changes a table in no other way than a replica that comes later can make it at once', () => {
    const [, changes] = /^ALTER TABLE \w+\s([\s\S]*)$/m.exec(source) ?? [];
    for (const line of changes?.trim().split('\n') ?? [])
      expect(line.trim()).toMatch(
        /^(ADD (COLUMN|INDEX) IF NOT EXISTS [^,]+,?|DROP INDEX IF EXISTS \w+,|MODIFY COLUMN \w+ CODEC\(.+\),?|MODIFY TTL .+|MODIFY SETTING .+)$/,
      );
  });

  it('is the Distributed table alone where nothing is stored', () => {
    const [only = '', ...more] = statements(source, { kind: 'reads', cluster: 'c' });
    expect(only).toMatch(/^CREATE OR REPLACE TABLE \w+ ENGINE = Distributed\('c'/);
    expect(more).toEqual([]);
  });
});

describe('withLaterChanges', () => {
  it('adds the columns and indexes of later migrations of the same table, behind its own', () => {
    const source = 'CREATE TABLE IF NOT EXISTS t\n(\n    a UUID\n)\nENGINE = MergeTree\nORDER BY a';
    const later = [
      'ALTER TABLE t\n    ADD COLUMN IF NOT EXISTS b UInt8 DEFAULT 1,\n    ADD COLUMN IF NOT EXISTS c String\n',
      'ALTER TABLE t\n    ADD INDEX IF NOT EXISTS i b TYPE minmax GRANULARITY 1\n',
      'ALTER TABLE other\n    ADD COLUMN IF NOT EXISTS d String\n',
    ];
    expect(withLaterChanges(source, later)).toBe(
      'CREATE TABLE IF NOT EXISTS t\n(\n    a UUID,\n    b UInt8 DEFAULT 1,\n    c String,\n    INDEX i b TYPE minmax GRANULARITY 1\n)\nENGINE = MergeTree\nORDER BY a',
    );
    expect(withLaterChanges(source, [])).toBe(source);
  });

  it('leaves out the indexes that later migrations drop', () => {
    const index = (name: string) => `    INDEX ${name} a TYPE minmax GRANULARITY 1`;
    const source = `CREATE TABLE IF NOT EXISTS t\n(\n    a UUID,\n${index('i')},\n${index('ij')}\n)\nENGINE = MergeTree\nORDER BY a`;
    const later = [
      'ALTER TABLE t\n    DROP INDEX IF EXISTS i,\n    ADD INDEX IF NOT EXISTS k a TYPE set(9) GRANULARITY 1\n',
    ];
    expect(withLaterChanges(source, later)).toBe(
      `CREATE TABLE IF NOT EXISTS t\n(\n    a UUID,\n${index('ij')},\n    INDEX k a TYPE set(9) GRANULARITY 1\n)\nENGINE = MergeTree\nORDER BY a`,
    );
  });

  it('gives columns the last codec that later migrations name', () => {
    const source =
      "CREATE TABLE IF NOT EXISTS t\n(\n    a UUID,\n    b DateTime64(9, 'UTC'),\n    bc UInt8\n)\nENGINE = MergeTree\nORDER BY a";
    const later = [
      'ALTER TABLE t\n    MODIFY COLUMN b CODEC(ZSTD(1)),\n    MODIFY COLUMN bc CODEC(T64, LZ4)\n',
      'ALTER TABLE t\n    MODIFY COLUMN b CODEC(Delta, ZSTD(1))\n',
    ];
    expect(withLaterChanges(source, later)).toBe(
      "CREATE TABLE IF NOT EXISTS t\n(\n    a UUID,\n    b DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),\n    bc UInt8 CODEC(T64, LZ4)\n)\nENGINE = MergeTree\nORDER BY a",
    );
  });

  it.each([
    ['ORDER BY a\n', 'ORDER BY a\nTTL d + 2\n'],
    ['ORDER BY a\nSETTINGS x = 1', 'ORDER BY a\nTTL d + 2\nSETTINGS x = 1'],
    ['ORDER BY a\nTTL d\nSETTINGS\n    x = 1', 'ORDER BY a\nTTL d + 2\nSETTINGS\n    x = 1'],
  ])('gives the last TTL of the same table: %j', (end, expected) => {
    const head = 'CREATE TABLE IF NOT EXISTS t\n(\n    a UUID\n)\nENGINE = MergeTree\n';
    const later = [
      'ALTER TABLE t MODIFY TTL d + 1\n',
      'ALTER TABLE t MODIFY TTL d + 2\n',
      'ALTER TABLE other MODIFY TTL d + 3\n',
    ];
    expect(withLaterChanges(`${head}${end}`, later)).toBe(`${head}${expected}`);
  });
});

describe('withMoreAndMoreChanges', () => {
  it('has each form that another replica may have brought the table to, the last one with all', () => {
    const [letters = '', ...later] = MIGRATIONS.map(([, source]) => source).slice(1);
    const forms = withMoreAndMoreChanges(letters, later);
    expect(forms.map((form) => [/record_id UUID/, /^TTL /m, /INDEX by_record/].map((part) => part.test(form)))).toEqual(
      [
        [false, false, false],
        [true, false, false],
        [true, true, false],
        [true, true, true],
      ],
    );
    const change = later[0] ?? '';
    expect(withMoreAndMoreChanges(change, later.slice(1))).toEqual([change]);
  });
});

describe('renderMigration', () => {
  it('keeps the parameters of an engine after those of the replica', () => {
    const source =
      'CREATE TABLE IF NOT EXISTS dead_letters (id UUID)\nENGINE = ReplacingMergeTree(version)\nORDER BY id';
    expect(statements(source, replicated)[0]).toBe(
      "CREATE TABLE IF NOT EXISTS dead_letters_local (id UUID)\nENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/c/{database}/{shard}/{table}', '{replica}', version)\nORDER BY id",
    );
  });

  it('refuses what it would not understand', () => {
    for (const source of ['DROP TABLE logs', 'ALTER TABLE a\nDROP x;\nALTER TABLE b\nDROP x'])
      expect(() => renderMigration(source, replicated)).toThrow(/one CREATE TABLE IF NOT EXISTS or ALTER TABLE/);
  });
});

describe('alone', () => {
  it('is the engine with a place of its own, and all else as it was', () => {
    expect(
      alone("ReplicatedMergeTree('/a/{shard}/logs_local', '{replica}') ORDER BY x SETTINGS y = 'z'", 'check_1'),
    ).toBe("ReplicatedMergeTree('/clickhouse/tables/check_1', 'alone') ORDER BY x SETTINGS y = 'z'");
    expect(() => alone('MergeTree ORDER BY x', 'check_1')).toThrow(/not replicated/);
  });
});

describe('contradiction', () => {
  const place = { cluster: 'c', shard: 2, shards: 2, replicas: 2 };
  const told = { shards: 2, replicas: 2, ownShard: 2, hasMacros: true, localEngine: null, logsEngine: null };
  it.each([
    [null, {}, {}],
    [null, {}, { ownShard: null }],
    [null, {}, { localEngine: 'ReplicatedMergeTree' }],
    [null, { replicas: 1 }, { replicas: 1, hasMacros: false }],
    [/knows no cluster/, {}, { shards: 0 }],
    [/has 3 shards/, {}, { shards: 3 }],
    [/is shard 1 of/, {}, { ownShard: 1 }],
    [/no macros/, {}, { hasMacros: false }],
    [/no macros/, { replicas: 1 }, { hasMacros: false }],
    [/database of its own/, {}, { logsEngine: 'MergeTree' }],
    [null, {}, { logsEngine: 'Distributed' }],
    [/not replicated/, {}, { localEngine: 'MergeTree' }],
  ])('%s', (expected, placeChanges, toldChanges) => {
    const wrong = contradiction({ ...place, ...placeChanges }, { ...told, ...toldChanges });
    if (expected === null) expect(wrong).toBeNull();
    else expect(wrong).toMatch(expected);
  });
});
