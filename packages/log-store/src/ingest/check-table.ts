// A table of its own for a check at start, gone afterwards.
import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';

const PREFIX = 'insert_check_';

/**
 * Makes a table as `definition` says (what follows its name), and drops it when `use` has ended.
 * @throws ClickHouseError, the connection's error, or what `use` throws
 */
export async function inCheckTable<T>(
  client: ClickHouseClient,
  definition: (table: string) => Promise<string> | string,
  use: (table: string) => Promise<T>,
): Promise<T> {
  await dropLeftOver(client);
  const table = `${PREFIX}${randomUUID().slice(0, 8)}`;
  await client.command({ query: `CREATE TABLE ${table} ${await definition(table)}` });
  try {
    return await use(table);
  } finally {
    await client.command({ query: `DROP TABLE IF EXISTS ${table} SYNC` });
  }
}

/** Tables of checks that were killed; one that is young may be another consumer's. */
async function dropLeftOver(client: ClickHouseClient): Promise<void> {
  const result = await client.query({
    query: `SELECT name FROM system.tables
WHERE database = currentDatabase() AND startsWith(name, {prefix:String}) AND metadata_modification_time < now() - 600`,
    query_params: { prefix: PREFIX },
    format: 'JSONCompactEachRow',
  });
  for (const [name] of await result.json<[string]>()) {
    await client.command({ query: 'DROP TABLE IF EXISTS {name:Identifier} SYNC', query_params: { name } });
  }
}
