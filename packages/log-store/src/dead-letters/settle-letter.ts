// What ends a letter: its rows were sent again, or are given up. A row without the bytes stays, so that receipts can tell.
import type { ClickHouseClient } from '@clickhouse/client';
import { NEXT_VERSION } from '../ingest/dead-letter.ts';
import { asContractError } from '../query/run-select.ts';

/** A cluster's Distributed table answers once the server that has the letter has it; where it stands alone this says nothing. */
const SETTINGS = { async_insert: 0, insert_deduplicate: 0, distributed_foreground_insert: 1 } as const;

/**
 * Two that replay one letter at once write the same. `id` is one that the caller has found in its scope.
 * @throws ContractError SERVICE_UNAVAILABLE, QUERY_TIMEOUT
 */
export async function markReplayed(client: ClickHouseClient, id: string, recordId: string): Promise<void> {
  await settle(client, '{recordId:UUID} AS replayed_as', { id, recordId });
}

/** @throws ContractError SERVICE_UNAVAILABLE, QUERY_TIMEOUT */
export async function deleteLetter(client: ClickHouseClient, id: string): Promise<void> {
  await settle(client, '1 AS deleted', { id });
}

async function settle(client: ClickHouseClient, change: string, parameters: Record<string, string>): Promise<void> {
  try {
    await client.command({
      query: `INSERT INTO dead_letters SELECT * REPLACE (${change}, map() AS headers, ${NEXT_VERSION})
FROM (SELECT * FROM dead_letters FINAL WHERE id = {id:UUID} AND taken_back = 0)`,
      query_params: parameters,
      clickhouse_settings: SETTINGS,
    });
  } catch (error) {
    throw asContractError(error);
  }
}
