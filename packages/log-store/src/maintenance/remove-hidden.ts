// Removes rows that no scope shows any more and keeps their ids. What is stored is asked of `logs` itself, by ids (ADR 2): a
// record whose id were gone would be stored anew when the bus is read again, and so would the repeat of a request.
import { randomUUID } from 'node:crypto';
import type { ClickHouseSettings } from '@clickhouse/client';
import { checkWrites } from '../ingest/failed-writes.ts';
import { catchUp, type IngestTarget, insertSettings, readSettings } from '../ingest/ingest-target.ts';
import { TOMBSTONE_PROJECT_ID } from '../ingest/insert.ts';
import { QUERY_BYTES_MAX } from '../ingest/limits.ts';
import { type HiddenDay, hiddenCondition } from './hidden-rows.ts';
import { IDS_AT_ONCE_MAX, SECONDS_MAX } from './limits.ts';
import { awaitMutations, failedLast, type Patience } from './mutations.ts';

/** The mode of rows under the zero project that keep the ids of removed rows; a tombstone has none. */
export const REMOVED_MODE = 'removed';

export interface RewriteOptions extends Patience {
  /** Partitions that are written last, as {@link endFailedRemovals} tells of them. */
  readonly failed?: ReadonlySet<string> | undefined;
}

export interface RemoveOptions extends Patience {
  /** Of `performance.now()`, before what the removal rests on was written, the copied counts among it; default its own beginning. */
  readonly sinceMs?: number;
  /** Default a million; for tests. */
  readonly idsAtOnceMax?: number;
}

/**
 * Removes the hidden rows of one day: they are marked as deleted, which every query goes by at once, and leave the disk with
 * {@link rewriteParts} or a merge. First their ids are written down, one row each under the zero project, and only rows with
 * such an id are removed: what arrives in between is found the next time.
 * @throws Error where the server cannot remove them, ClickHouseError (also where an id may have been lost), or the connection's error
 */
export async function removeHiddenRows(target: IngestTarget, day: HiddenDay, options: RemoveOptions): Promise<void> {
  const sinceMs = options.sinceMs ?? performance.now();
  const idsAtOnceMax = options.idsAtOnceMax ?? IDS_AT_ONCE_MAX;
  await awaitMutations(target, options);
  const database = await databaseOf(target);
  for (;;) {
    const run = randomUUID();
    await catchUp(target);
    await keepIds(target, day, { run, limit: idsAtOnceMax });
    const kept = await countKept(target, day, run);
    await checkWrites(target, sinceMs);
    if (kept === 0) return;
    await command(
      target,
      `DELETE FROM ${target.logs} IN PARTITION '${day.day}' WHERE ${hiddenCondition(day.hidden)}
AND batch_id IN (SELECT batch_id FROM \`${database.replaceAll('`', '\\`')}\`.${target.logs} WHERE ${keptBy(day, run)})`,
      // Of a replicated table the ids are asked of each replica; they only become more, and replicas that differ fetch the part.
      { lightweight_deletes_sync: '0', allow_nondeterministic_mutations: target.replicated ? 1 : 0 },
    );
    await awaitMutations(target, options);
    if (kept < idsAtOnceMax) return;
  }
}

/** Takes what was removed off the disk of one server: parts that have such rows are written anew. @throws as above */
export async function rewriteParts(target: IngestTarget, options: RewriteOptions): Promise<void> {
  const result = await target.client.query({
    query: `SELECT DISTINCT partition FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active AND has_lightweight_delete ORDER BY partition`,
    query_params: { table: target.logs },
    format: 'JSONEachRow',
  });
  const partitions = await result.json<{ partition: string }>();
  for (const { partition } of failedLast(partitions, (one) => one.partition, options.failed ?? new Set())) {
    await command(target, `ALTER TABLE ${target.logs} APPLY DELETED MASK IN PARTITION '${partition}'`, {
      mutations_sync: '0',
    });
    await awaitMutations(target, options);
  }
}

/**
 * `host` keeps whose rows they were: of a record that holds several projects' rows each has its own. So the limit is one of
 * records: cut between two projects of one, the second's rows would go with the first's id, and nothing tell of them.
 */
async function keepIds(target: IngestTarget, day: HiddenDay, { run, limit }: { run: string; limit: number }) {
  await command(
    target,
    `INSERT INTO ${target.logs} (project_id, mode, host, trace_id, batch_id, expires_on)
SELECT DISTINCT toUUID('${TOMBSTONE_PROJECT_ID}'), '${REMOVED_MODE}', toString(project_id), '${run}', batch_id, expires_on
FROM ${target.logs} WHERE expires_on = '${day.day}' AND ${hiddenCondition(day.hidden)}
AND batch_id IN (SELECT DISTINCT batch_id FROM ${target.logs} WHERE expires_on = '${day.day}' AND ${hiddenCondition(day.hidden)} LIMIT ${limit})`,
    { ...insertSettings(target), ...readSettings(target), async_insert: 0, insert_deduplicate: 0 },
  );
}

async function countKept(target: IngestTarget, day: HiddenDay, run: string): Promise<number> {
  const result = await target.client.query({
    query: `SELECT uniqExact(batch_id) FROM ${target.logs} WHERE ${keptBy(day, run)}`,
    format: 'JSONCompactEachRow',
    clickhouse_settings: readSettings(target),
  });
  const [row] = await result.json<[string | number]>();
  return Number(row?.[0]);
}

function keptBy(day: HiddenDay, run: string): string {
  return `project_id = toUUID('${TOMBSTONE_PROJECT_ID}') AND mode = '${REMOVED_MODE}' AND expires_on = '${day.day}' AND trace_id = '${run}'`;
}

/** A mutation is carried out outside any session: what it reads must be named whole. */
async function databaseOf({ client }: IngestTarget): Promise<string> {
  const result = await client.query({ query: 'SELECT currentDatabase()', format: 'JSONCompactEachRow' });
  const [row] = await result.json<[string]>();
  return row?.[0] ?? 'default';
}

async function command({ client }: IngestTarget, query: string, settings: ClickHouseSettings): Promise<void> {
  await client.command({
    query,
    clickhouse_settings: { max_query_size: String(QUERY_BYTES_MAX), max_execution_time: SECONDS_MAX, ...settings },
  });
}
