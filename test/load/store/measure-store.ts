// One round of the store's cost: a new engine takes generated records as the consumer would give them, and merges them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { cpuSeconds } from '@sazabi/load/process-cost';
import { migrateLogStore, openLogStore } from '@sazabi/log-store';
import { insertFrames, lookUp, settleCodec, singleServer } from '@sazabi/log-store/ingest';
import { makeRecords, projectId, type StoreRecord } from './make-records.ts';

export interface StoreCase {
  readonly logs: number;
  /** Stored and merged before what is measured. */
  readonly stored: number;
  readonly projects: number;
  /** That send in turn; no fewer than projects. */
  readonly keys: number;
  /** One: of 30 days. More: of 1, 2, 3 … days, on as few table partitions as the intake makes of them. */
  readonly retentions: number;
  readonly rowsOfARecord: number;
  readonly rowsOfARange: number;
  /** Between the beginnings of two ranges; 0 = one after the other. */
  readonly everyMs: number;
  /** Statements before the first insert. */
  readonly alter: readonly string[];
}

export interface StoreCost {
  /** CPU-seconds of the engine per million logs: look-ups and inserts, with the merges meanwhile; then merges until none is left. */
  readonly insert: number;
  readonly merges: number;
  readonly total: number;
  /** So often a row was written anew. */
  readonly rewritten: number;
  readonly inserts: number;
  /** On disk, once merged; with rows stored before, as merges have left it by then. */
  readonly bytesPerLog: number;
  /** Bytes per log of each column, projection and index. */
  readonly bytesByPart: Readonly<Record<string, number>>;
}

type Store = ReturnType<typeof openLogStore>;

const RETENTION_DAYS = 30;
const LOGS_OF_A_REQUEST = 100;
const REQUEST_TIMEOUT_MS = 120_000;
/** Rows that are made of those that are there before, and rows of their parts: two of these are more than a merge takes then. */
const MADE_MAX = 2_000_000;
const MERGED_ROWS_MAX = 10_000_000;
const MERGED_BYTES_MAX = 100_000_000;
/** The engine looks for merges every second or so; so many quiet looks in a row are the end. */
const QUIET_LOOKS = 6;
const LOOK_MS = 500;

/** @throws whatever the engine refuses */
export async function measureStore(of: StoreCase): Promise<StoreCost> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sazabi-store-'));
  const engine = await startEmbeddedClickHouse({ dataDir });
  const app = openLogStore(engine.appUrl, { application: 'measure', requestTimeoutMs: REQUEST_TIMEOUT_MS });
  try {
    await migrateLogStore(app);
    await settleCodec(singleServer(app, true));
    for (const query of of.alter) await app.command({ query });
    if (of.stored > 0) await fill(app, of);
    await untilQuiet(app);
    const ranges = await makeRanges(of, of.logs, 2);
    const perMillion = (seconds: number) => (seconds * 1e6) / of.logs;
    const [rowsBefore, cpuBefore] = [await mergedRows(app), cpuSeconds(engine.pid)];
    const inserts = await feed(app, ranges, of.everyMs);
    const cpuInserted = cpuSeconds(engine.pid);
    await untilQuiet(app);
    const [cpuMerged, rowsMerged] = [cpuSeconds(engine.pid), await mergedRows(app)];
    // What an insert leaves has nearly twice the bytes, but few rows lie there for long. What copies of parts were stored before are left.
    if (of.stored === 0) await app.command({ query: 'OPTIMIZE TABLE logs FINAL' });
    return {
      insert: perMillion(cpuInserted - cpuBefore),
      merges: perMillion(cpuMerged - cpuInserted),
      total: perMillion(cpuMerged - cpuBefore),
      rewritten: (rowsMerged - rowsBefore) / of.logs,
      inserts,
      ...(await bytesPerLog(app, of.logs + of.stored)),
    };
  } finally {
    await app.close();
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * Makes rows once, has more as copies of their parts by links, and merges these: then the rest as copies of what came of it, which no merge
 * takes. Of more and smaller parts ClickHouse would merge what comes sooner: beyond ten in a partition it lowers what it asks of a merge.
 */
async function fill(app: Store, of: StoreCase): Promise<void> {
  const made = Math.min(of.stored, MADE_MAX);
  const merged = Math.min(of.stored, MERGED_ROWS_MAX);
  await feed(app, await makeRanges(of, made, 1), 0);
  await app.command({ query: 'OPTIMIZE TABLE logs FINAL' });
  await copy(app, 'made', Math.ceil(merged / made) - 1);
  await app.command({ query: 'OPTIMIZE TABLE logs FINAL' });
  await app.command({
    query: `ALTER TABLE logs MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = ${MERGED_BYTES_MAX}`,
  });
  await copy(app, 'merged', Math.ceil(of.stored / merged) - 1);
}

/** All that `logs` holds, so many times more, from a table made for it. */
async function copy(app: Store, table: string, times: number): Promise<void> {
  await app.command({ query: `CREATE TABLE ${table} AS logs` });
  const result = await app.query({
    query: "SELECT DISTINCT partition_id FROM system.parts WHERE table = 'logs' AND active",
    format: 'JSONCompactEachRow',
  });
  for (const [partition] of await result.json<[string]>()) {
    const attach = (into: string, from: string) =>
      app.command({ query: `ALTER TABLE ${into} ATTACH PARTITION ID '${partition}' FROM ${from}` });
    await attach(table, 'logs');
    for (let time = 0; time < times; time++) await attach('logs', table);
  }
}

async function makeRanges(of: StoreCase, logs: number, seed: number): Promise<readonly (readonly StoreRecord[])[]> {
  const nowMs = Date.now();
  const ranges: StoreRecord[][] = [[]];
  let rows = 0;
  const records = makeRecords({
    logs,
    rowsPerRecord: of.rowsOfARecord,
    projectIds: Array.from({ length: of.projects }, (_, index) => projectId(index)),
    keys: of.keys,
    logsPerRequest: LOGS_OF_A_REQUEST,
    retentionDays:
      of.retentions === 1 ? [RETENTION_DAYS] : Array.from({ length: of.retentions }, (_, index) => index + 1),
    seed,
    fromMs: nowMs - 60_000,
    toMs: nowMs,
  });
  for await (const record of records) {
    if (rows > 0 && rows + record.rows > of.rowsOfARange) {
      ranges.push([]);
      rows = 0;
    }
    ranges.at(-1)?.push(record);
    rows += record.rows;
  }
  return ranges;
}

/** As the consumer does: one look-up for a range and the one after it, one insert a day. Returns the number of inserts. */
async function feed(app: Store, ranges: readonly (readonly StoreRecord[])[], everyMs: number): Promise<number> {
  const target = singleServer(app, true);
  const startedMs = performance.now();
  let inserts = 0;
  for (const [index, range] of ranges.entries()) {
    await sleep(Math.max(0, startedMs + index * everyMs - performance.now()));
    const asked = [...(ranges[index - 1] ?? []), ...range].map(({ id, day }) => ({ id, day, requestIds: [] }));
    const { session } = await lookUp(target, asked, null);
    for (const records of Map.groupBy(range, ({ day }) => day).values()) {
      const frames = records.map(({ frame }) => frame);
      await insertFrames(target, { session, token: records[0]?.id ?? '', frames, knownRequestIds: [] });
      inserts += 1;
    }
  }
  return inserts;
}

async function untilQuiet(app: Store): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    await sleep(LOOK_MS);
    const [running] = await numbers(app, 'SELECT count() FROM system.merges');
    quiet = running === 0 ? quiet + 1 : 0;
  }
}

async function mergedRows(app: Store): Promise<number> {
  const [rows] = await numbers(app, "SELECT value FROM system.events WHERE event = 'MergedRows'");
  return rows ?? 0;
}

async function numbers(app: Store, query: string): Promise<readonly number[]> {
  const result = await app.query({ query, format: 'JSONCompactEachRow' });
  return (await result.json<[string]>()).map(([value]) => Number(value));
}

const BYTES = `SELECT 'all', sum(bytes_on_disk) FROM system.parts WHERE table = 'logs' AND active
UNION ALL SELECT column, sum(column_data_compressed_bytes) FROM system.parts_columns WHERE table = 'logs' AND active GROUP BY column
UNION ALL SELECT 'projection ' || name, sum(bytes_on_disk) FROM system.projection_parts WHERE table = 'logs' AND active GROUP BY name
UNION ALL SELECT 'index ' || name, data_compressed_bytes FROM system.data_skipping_indices WHERE table = 'logs'`;

async function bytesPerLog(app: Store, logs: number): Promise<Pick<StoreCost, 'bytesPerLog' | 'bytesByPart'>> {
  const result = await app.query({ query: BYTES, format: 'JSONCompactEachRow' });
  const rows = (await result.json<[string, string]>()).map(([name, bytes]) => [name, Number(bytes) / logs] as const);
  const { all = 0, ...bytesByPart } = Object.fromEntries(rows.toSorted(([, left], [, right]) => right - left));
  return { bytesPerLog: all, bytesByPart };
}
