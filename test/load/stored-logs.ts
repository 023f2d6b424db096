// How many logs can be queried, asked so that the asking costs little: it is part of what is measured.
import type { ClickHouseClient } from '@sazabi/log-store';
import type { Client } from '../support/client.ts';

const ROWS = "SELECT sum(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'logs' AND active";

/** By the list of parts: a count of rows costs more the more there are, and one of the API's the more projects and keys. */
export async function storedLogs(store: ClickHouseClient): Promise<number> {
  const [rows] = await numbers(store, ROWS);
  return rows ?? 0;
}

/** So many inserts the engine has taken since its start. */
export async function insertsTaken(store: ClickHouseClient): Promise<number> {
  const [inserts] = await numbers(store, "SELECT value FROM system.events WHERE event = 'InsertQuery'");
  return inserts ?? 0;
}

/** Counts the rows themselves, through the API. */
export async function queryableLogs(client: Client): Promise<number> {
  const answer = await client.api('POST', '/logs/volume', { from: '-2h', interval: '1h' });
  return Number(Object(Object(await answer.json()).data).total);
}

async function numbers(store: ClickHouseClient, query: string): Promise<readonly number[]> {
  const result = await store.query({ query, format: 'JSONCompactEachRow' });
  return (await result.json<[string]>()).map(([value]) => Number(value));
}
