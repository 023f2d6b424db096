// Letters that belong to no project: what could not be taken apart, for whoever runs this.
import type { ClickHouseClient } from '@clickhouse/client';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, type Sql, sql } from '../query/sql.ts';
import type { LettersPage } from './list-letters.ts';
import { pageOfLetters } from './list-letters.ts';
import { standing } from './standing.ts';

const OPERATORS: Sql = sql`project_id = toUUID('00000000-0000-0000-0000-000000000000')`;

/** The newest `limit` of them. @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE */
export function listOperatorLetters(
  client: ClickHouseClient,
  limit: number,
  options: QueryOptions = {},
): Promise<LettersPage> {
  return pageOfLetters(client, OPERATORS, limit, options);
}

/** The record as it was read from the bus, or null where no such letter waits. @throws ContractError as above */
export async function findOperatorRecord(
  client: ClickHouseClient,
  id: string,
  options: QueryOptions = {},
): Promise<Uint8Array | null> {
  const select = sql`SELECT base64Encode(value) AS base64 FROM dead_letters FINAL
WHERE id = ${bound('UUID', id)} AND ${OPERATORS} AND ${standing(options.nowMs ?? Date.now())}`;
  for await (const { row } of runSelect<{ base64: string }>(client, select, options))
    return Buffer.from(row.base64, 'base64');
  return null;
}
