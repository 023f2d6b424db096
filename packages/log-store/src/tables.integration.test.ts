// What ingest rests on, shown on the real table: one part an insert, tokens, projections, sessions, TTL, restarts.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { LOG_COLUMNS } from '@sazabi/log-record';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withLaterChanges } from './cluster/table-layout.ts';
import { migrateLogStore } from './migrate.ts';
import { type ClickHouseClient, openLogStore } from './open-log-store.ts';

const COLUMNS = LOG_COLUMNS.map(({ name }) => name).join(', ');
/** As the consumer inserts: design of exactly-once in docs/adr. */
const ONE_PART = {
  async_insert: 0,
  use_strict_insert_block_limits: 1,
  min_insert_block_size_rows: '1000000000',
  max_insert_block_size: '1000000000',
  min_insert_block_size_bytes: '0',
} as const;

let dataDir: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
/** Each test's rows lie on a day of their own. */
let day = 1;
let expiresOn: string;

async function start(): Promise<void> {
  engine = await startEmbeddedClickHouse({ dataDir });
  app = openLogStore(engine.appUrl, { application: 'test' });
}

async function restart(how: 'stop' | 'kill -9'): Promise<void> {
  await app.close();
  if (how === 'kill -9') {
    process.kill(engine.pid, 'SIGKILL');
    await engine.died;
  }
  await engine.stop();
  await start();
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sazabi-tables-'));
  await start();
  await migrateLogStore(app);
});
beforeEach(() => {
  expiresOn = new Date(Date.UTC(2100, 0, day++)).toISOString().slice(0, 10);
});
afterAll(async () => {
  await app.close();
  await engine.stop();
  await rm(dataDir, { recursive: true });
});

/** A zstd frame of one Native block of `rows` logs, made by ClickHouse itself. */
async function frame(batchId: string, rows: number): Promise<Uint8Array> {
  const { stream } = await app.exec({
    query: `SELECT generateUUIDv4() AS project_id, toLowCardinality('live') AS mode,
      toDateTime64('2026-01-01 00:00:00', 9, 'UTC') AS timestamp, toDateTime64('2026-01-01 00:00:00', 3, 'UTC') AS received_at,
      toDate('${expiresOn}') AS expires_on, toUInt8(9) AS severity_number, toLowCardinality('info') AS level,
      toLowCardinality('s') AS service, toLowCardinality('') AS environment, toLowCardinality('') AS host,
      concat('message ', toString(number)) AS message, toLowCardinality('') AS event_name, '' AS trace_id, '' AS span_id,
      CAST(map('k', 'v'), 'Map(LowCardinality(String), String)') AS attributes, toLowCardinality('k') AS key_id,
      toUInt32(10) AS bytes, toUUID('${batchId}') AS batch_id, toUInt32(number) AS ordinal FROM numbers(${rows}) FORMAT Native`,
    clickhouse_settings: { max_block_size: '100000', max_threads: 1 },
  });
  return zstdCompressSync(Buffer.concat(await stream.toArray()));
}

async function insert(
  frames: readonly Uint8Array[],
  token: string,
  session: Record<string, unknown> = {},
): Promise<void> {
  const { stream } = await app.exec({
    query: `INSERT INTO logs (${COLUMNS}) FORMAT Native`,
    values: Readable.from(frames, { objectMode: false }),
    http_headers: { 'Content-Encoding': 'zstd' },
    clickhouse_settings: { ...ONE_PART, insert_deduplication_token: token, ...session },
  });
  await stream.toArray();
}

async function rows<Row>(query: string): Promise<readonly Row[]> {
  return (await app.query({ query, format: 'JSONEachRow' })).json<Row>();
}

async function count(): Promise<number> {
  const [row] = await rows<{ n: number }>(`SELECT toUInt32(count()) AS n FROM logs WHERE expires_on = '${expiresOn}'`);
  return row?.n ?? Number.NaN;
}

describe('the table', () => {
  it('has the columns of the Native block, in its order', async () => {
    const columns = await rows(
      "SELECT name, type FROM system.columns WHERE table = 'logs' AND database = currentDatabase() ORDER BY position",
    );
    expect(columns).toEqual(LOG_COLUMNS);
  });

  it('syncs what it has answered, and has no materialized view', async () => {
    const [table] = await rows<{ query: string }>(
      "SELECT create_table_query AS query FROM system.tables WHERE name = 'logs'",
    );
    for (const setting of ['fsync_after_insert = 1', 'fsync_part_directory = 1', 'ttl_only_drop_parts = 1'])
      expect(table?.query).toContain(setting);
    expect(await rows("SELECT name FROM system.tables WHERE engine = 'MaterializedView'")).toEqual([]);
  });

  it('migrates once, and a second time to nothing', async () => {
    expect(await Promise.all([migrateLogStore(app), migrateLogStore(app)])).toEqual([[], []]);
    expect(await rows('SELECT version FROM schema_migrations ORDER BY version')).toEqual([
      { version: 1 },
      { version: 2 },
      { version: 3 },
      { version: 4 },
      { version: 5 },
      { version: 6 },
      { version: 7 },
      { version: 8 },
      { version: 9 },
      { version: 10 },
      { version: 11 },
      { version: 12 },
    ]);
  });
});

describe('a table made at once, as a replica makes it that comes after the others', () => {
  it('has the columns, indexes and TTL that the migrations one by one give it', async () => {
    const folder = new URL('migrations/', import.meta.url);
    const names = (await readdir(folder)).sort();
    const sources = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
    const columnsOf = (table: string) =>
      rows(`SELECT name, type, default_kind, default_expression, compression_codec FROM system.columns
WHERE database = currentDatabase() AND table = '${table}' ORDER BY position`);
    const indexesOf = (table: string) =>
      rows(`SELECT name, expr, type_full, granularity FROM system.data_skipping_indices
WHERE database = currentDatabase() AND table = '${table}' ORDER BY name`);
    // Of the settings Keeper knows nothing.
    const formOf = (table: string) =>
      rows(`SELECT splitByString(' SETTINGS ', engine_full)[1] AS form FROM system.tables
WHERE database = currentDatabase() AND name = '${table}'`);
    for (const [index, source] of sources.entries()) {
      const table = /^CREATE TABLE IF NOT EXISTS (\w+)/m.exec(source)?.[1];
      if (table === undefined) continue;
      const atOnce = withLaterChanges(source, sources.slice(index + 1));
      await app.command({ query: atOnce.replace(`EXISTS ${table}`, `EXISTS ${table}_at_once`) });
      expect(await columnsOf(`${table}_at_once`)).toEqual(await columnsOf(table));
      expect(await indexesOf(`${table}_at_once`)).toEqual(await indexesOf(table));
      expect(await formOf(`${table}_at_once`)).toEqual(await formOf(table));
      await app.command({ query: `DROP TABLE ${table}_at_once SYNC` });
    }
  });
});

describe('an insert', () => {
  it('of many zstd frames is one part', async () => {
    const frames = await Promise.all(Array.from({ length: 12 }, () => frame(randomUUID(), 3_000)));
    await insert(frames, randomUUID());
    expect(await count()).toBe(36_000);
    const parts = await rows<{ level: number }>(
      `SELECT level FROM system.parts WHERE table = 'logs' AND partition = '${expiresOn}'`,
    );
    expect(parts).toEqual([{ level: 0 }]);
  });

  it.each(['stop', 'kill -9'] as const)(
    'under a token that was used leaves the first, of one frame and of three, also after %s',
    async (how) => {
      const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
      const [one, two, three, four] = await Promise.all(ids.map((id) => frame(id, 10)));
      if (one === undefined || two === undefined || three === undefined || four === undefined)
        throw new Error('no frames');
      const token = randomUUID();
      await insert([one], token);
      await insert([one, two, three], token);
      await insert([four], token);
      expect(await count()).toBe(10);
      await restart(how);
      await insert([one, two, three], token);
      await insert([four], token);
      expect(await count()).toBe(10);
      await insert([two, three], randomUUID());
      expect(await count()).toBe(30);
    },
  );

  it('that was answered is there after kill -9', async () => {
    await insert([await frame(randomUUID(), 1_000)], randomUUID());
    await restart('kill -9');
    expect(await count()).toBe(1_000);
  });

  it('in a session of before a restart is refused (372), and nothing is stored', async () => {
    const session_id = randomUUID();
    await (
      await app.query({
        query: 'SELECT 1',
        format: 'JSONEachRow',
        session_id,
        clickhouse_settings: { session_timeout: '60' },
      })
    ).json();
    const checked = { session_id, session_check: 1 };
    const body = await frame(randomUUID(), 10);
    const insertChecked = async () => {
      const { stream } = await app.exec({
        query: `INSERT INTO logs (${COLUMNS}) FORMAT Native`,
        values: Readable.from([body], { objectMode: false }),
        http_headers: { 'Content-Encoding': 'zstd' },
        session_id: checked.session_id,
        clickhouse_settings: {
          ...ONE_PART,
          insert_deduplication_token: randomUUID(),
          session_check: 1,
          session_timeout: '60',
        },
      });
      await stream.toArray();
    };
    await insertChecked();
    expect(await count()).toBe(10);
    await restart('kill -9');
    await expect(insertChecked()).rejects.toMatchObject({ code: '372' });
    expect(await count()).toBe(10);
  });
});

describe('projections', () => {
  /** Which projections a query reads, by the plan. */
  async function plan(query: string): Promise<string> {
    const lines = await rows<{ explain: string }>(`EXPLAIN indexes = 1, projections = 1 ${query}`);
    return lines.map(({ explain }) => explain).join('\n');
  }

  it('ids answers what is stored without reading rows', async () => {
    const id = randomUUID();
    const frames = await Promise.all([frame(id, 20_000), frame(randomUUID(), 20_000)]);
    await insert(frames, randomUUID());
    const query = `SELECT expires_on, batch_id, count() AS n FROM logs WHERE expires_on = '${expiresOn}' AND batch_id IN ('${id}') GROUP BY expires_on, batch_id`;
    expect(await plan(query)).toMatch(/\bids\b/);
    const result = await app.query({ query, format: 'JSON' });
    const answer = await result.json<{ n: string }>();
    expect(answer.data.map(({ n }) => Number(n))).toEqual([20_000]);
    expect(answer.statistics?.rows_read).toBeLessThan(100);
  });

  it('usage counts per day, project, mode and key without reading rows', async () => {
    await insert([await frame(randomUUID(), 5_000)], randomUUID());
    const query =
      'SELECT toDate(received_at) AS d, mode, key_id, count() AS n, sum(bytes) AS b FROM logs GROUP BY toDate(received_at), mode, key_id';
    expect(await plan(query)).toMatch(/\busage\b/);
  });

  it('survive merges and lightweight deletes in step with the rows', async () => {
    const [kept, gone] = [randomUUID(), randomUUID()];
    await insert([await frame(kept, 100)], randomUUID());
    await insert([await frame(gone, 100)], randomUUID());
    await app.command({ query: `OPTIMIZE TABLE logs PARTITION '${expiresOn}' FINAL` });
    await app.command({
      query: `DELETE FROM logs WHERE batch_id = '${gone}'`,
      clickhouse_settings: { lightweight_deletes_sync: '2' },
    });
    const stored = await rows<{ batch_id: string; n: number }>(
      `SELECT batch_id, toUInt32(sum(c)) AS n FROM (SELECT expires_on, batch_id, count() AS c FROM logs WHERE expires_on = '${expiresOn}' GROUP BY expires_on, batch_id) GROUP BY batch_id`,
    );
    expect(stored).toEqual([{ batch_id: kept, n: 100 }]);
  });
});

describe('expiry', () => {
  it('drops the parts of a day that is more than 4 days past, and no other', async () => {
    await insert([await frame(randomUUID(), 10)], randomUUID());
    const kept = expiresOn;
    const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    expiresOn = dayAgo(3);
    await insert([await frame(randomUUID(), 10)], randomUUID());
    expiresOn = dayAgo(6);
    await insert([await frame(randomUUID(), 10)], randomUUID());
    await expect.poll(count, { timeout: 20_000, interval: 200 }).toBe(0);
    expiresOn = dayAgo(3);
    expect(await count()).toBe(10);
    expiresOn = kept;
    expect(await count()).toBe(10);
  });
});
