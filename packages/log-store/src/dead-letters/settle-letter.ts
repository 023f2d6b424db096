// What ends a letter: its rows were sent again, or are given up. A row without the bytes stays, so that receipts can tell.
import type { ClickHouseClient } from '@clickhouse/client';
import { ContractError } from '@sazabi/contract';
import { NEXT_VERSION } from '../ingest/dead-letter.ts';
import { isEmbedded, NO_FAILED_WRITES } from '../ingest/failed-writes.ts';
import { idList } from '../ingest/id-list.ts';
import { QUERY_BYTES_MAX } from '../ingest/limits.ts';
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

/**
 * Gives up all letters of deleted projects. Their bytes go with the next merge, as those of any letter that is deleted.
 * @param projectIds UUID texts @throws ClickHouseError, or the connection's error
 */
export async function deleteLettersOf(client: ClickHouseClient, projectIds: readonly string[]): Promise<void> {
  const of = `project_id IN (${idList(projectIds)}) AND taken_back = 0 AND deleted = 0`;
  const found = await client.query({
    query: `SELECT count() FROM dead_letters FINAL WHERE ${of}`,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { max_query_size: String(QUERY_BYTES_MAX) },
  });
  const [row] = await found.json<[string | number]>();
  if (Number(row?.[0]) === 0) return;
  await client.command({
    query: `INSERT INTO dead_letters SELECT * REPLACE (1 AS deleted, map() AS headers, ${NEXT_VERSION})
FROM (SELECT * FROM dead_letters FINAL WHERE ${of})`,
    clickhouse_settings: { ...SETTINGS, max_query_size: String(QUERY_BYTES_MAX) },
  });
}

async function settle(
  client: ClickHouseClient,
  change: string,
  parameters: { id: string; recordId?: string },
): Promise<void> {
  try {
    await client.command({
      query: `INSERT INTO dead_letters SELECT * REPLACE (${change}, map() AS headers, ${NEXT_VERSION})
FROM (SELECT * FROM dead_letters FINAL WHERE id = {id:UUID} AND taken_back = 0)`,
      query_params: parameters,
      clickhouse_settings: SETTINGS,
    });
    if (!(await isSettled(client, parameters.id))) throw notYet();
  } catch (error) {
    throw asContractError(error);
  }
}

/**
 * A replica that lags behind may not have had the letter yet: then nothing was written. Of an engine that takes a failed write for done
 * a mark that is found may be lost with its part, and the letter stand again (ADR 24): there it is not taken for settled once one failed.
 */
async function isSettled(client: ClickHouseClient, id: string): Promise<boolean> {
  const settled = `SELECT toString(id), 0 FROM dead_letters FINAL
WHERE id = {id:UUID} AND (deleted = 1 OR replayed_as != toUUID('00000000-0000-0000-0000-000000000000'))`;
  const result = await client.query({
    query: (await isEmbedded(client)) ? `${settled}\nUNION ALL\n${NO_FAILED_WRITES}` : settled,
    query_params: { id },
    format: 'JSONCompactEachRow',
  });
  return (await result.json()).length > 0;
}

function notYet(): ContractError {
  const message = 'The log store does not have this dead letter everywhere yet. Please retry.';
  return new ContractError('SERVICE_UNAVAILABLE', message, {}, { retryAfterSeconds: 1 });
}
