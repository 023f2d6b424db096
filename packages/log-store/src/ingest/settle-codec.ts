// Whether `logs` names a codec follows what its server does to a table that names none.
import type { ClickHouseClient } from '@clickhouse/client';
import { inCheckTable } from './check-table.ts';
import type { IngestTarget } from './ingest-target.ts';

/** `default_compression_codec` of `logs` where the server's merges leave LZ4; empty: the server's choice for each part. */
export type LogsCodec = 'ZSTD(1)' | '';

/**
 * A row is merged soon, so what an insert compresses well is read and written anew. A server may be configured to insert by LZ4 and merge
 * by ZSTD (`<compression>` of infra/clickhouse/config.xml, and the embedded engine): there `logs` names no codec. On any other it names
 * ZSTD(1) for both, or it would lie there by LZ4 for ever. No system table shows that section, so a row is merged to see. The setting is
 * of each server alone (Keeper knows none), and parts of before are as they are until they are merged.
 * Returns what was changed, or null. @throws ClickHouseError, or the connection's error
 */
export async function settleCodec({ client, logs }: IngestTarget): Promise<LogsCodec | null> {
  const { merged, own } = await inCheckTable(
    client,
    () => ONE_ROW,
    (table) => ask(client, table, logs),
  );
  if (merged === '') return null; // Not merged, for whatever reason: it may stay as it is until the next start.
  const wanted = merged.startsWith('ZSTD') ? '' : 'ZSTD(1)';
  if (own === wanted) return null;
  await client.command({ query: `ALTER TABLE ${logs} MODIFY SETTING default_compression_codec = '${wanted}'` });
  return wanted;
}

const ONE_ROW = "ENGINE = MergeTree ORDER BY () SETTINGS default_compression_codec = '' AS SELECT 1 AS row";

async function ask(client: ClickHouseClient, table: string, logs: string): Promise<{ merged: string; own: string }> {
  await client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
  const result = await client.query({
    query: `SELECT
    (SELECT any(default_compression_codec) FROM system.parts
     WHERE database = currentDatabase() AND table = {table:String} AND active AND level > 0) AS merged,
    (SELECT any(extract(engine_full, 'default_compression_codec = \\'([^\\']*)\\'')) FROM system.tables
     WHERE database = currentDatabase() AND name = {logs:String}) AS own`,
    query_params: { table, logs },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ merged: string; own: string }>();
  return row ?? { merged: '', own: '' };
}
