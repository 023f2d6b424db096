// How parts of `logs` are merged once large logs lie in them (docs/adr/0025).
import type { IngestTarget } from './ingest-target.ts';

/**
 * From now on and for good parts are merged by rows, so that granules of large logs stay at 10 MiB; the setting is of each server alone
 * (Keeper knows none). Usual logs cost twice the CPU of merges so: only for a table that large logs come into.
 * Returns whether it was changed. @throws ClickHouseError, or the connection's error
 */
export async function mergeByRows({ client, logs }: IngestTarget): Promise<boolean> {
  const result = await client.query({
    query: `SELECT engine_full LIKE '%enable_vertical_merge_algorithm = 0%' AS settled FROM system.tables
WHERE database = currentDatabase() AND name = {logs:String}`,
    query_params: { logs },
    format: 'JSONEachRow',
  });
  const [table] = await result.json<{ settled: number }>();
  if (table?.settled === 1) return false;
  await client.command({ query: `ALTER TABLE ${logs} MODIFY SETTING enable_vertical_merge_algorithm = 0` });
  return true;
}
