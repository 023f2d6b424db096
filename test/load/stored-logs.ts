// How many logs can be queried, asked so that the asking costs little: it is part of what is measured.
import type { createClient } from '../support/client.ts';

/** Days of two keys, where midnight comes between. */
const ROWS = 4;

/** By the counts per key that lie in the same parts as the rows: a count of the rows themselves costs more the more there are. */
export async function storedLogs(client: ReturnType<typeof createClient>): Promise<number> {
  const answer: unknown = await (await client.api('GET', `/usage?limit=${ROWS}`)).json();
  const { data } = Object(answer);
  if (!Array.isArray(data)) throw new Error(`The API did not tell what is stored: ${JSON.stringify(answer)}`);
  return data.reduce((sum: number, row: unknown) => sum + Number(Object(Object(row).accepted).logs), 0);
}

/** Counts the rows themselves. */
export async function queryableLogs(client: ReturnType<typeof createClient>): Promise<number> {
  const answer = await client.api('POST', '/logs/volume', { from: '-2h', interval: '1h' });
  return Number(Object(Object(await answer.json()).data).total);
}
