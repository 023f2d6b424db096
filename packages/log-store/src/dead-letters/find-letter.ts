// One letter with its rows, whatever has become of it.
import type { ClickHouseClient } from '@clickhouse/client';
import { type LogScope, scopedProjects } from '../query/log-scope.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, sql } from '../query/sql.ts';
import { LETTER_COLUMNS, type Letter, type StoredLetter, toLetter } from './letter.ts';
import { lastExpiredDay, standing } from './standing.ts';

export interface LetterWithRows extends Letter {
  readonly originId: string;
  readonly partition: number;
  /** The record that its rows were sent again in, or null. */
  readonly replayedAs: string | null;
  /** Whether its rows are too old to be stored. */
  readonly expired: boolean;
  /** zstd frame of one Native block; empty where it was replayed. */
  readonly frame: Uint8Array;
}

interface Row extends StoredLetter {
  readonly origin: string;
  readonly bus_partition: number;
  readonly replayed: string;
  readonly base64: string;
}

const NOT_REPLAYED = '00000000-0000-0000-0000-000000000000';

/**
 * The letter that waits, or that was replayed, if the scope sees it; else null.
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function findLetter(
  client: ClickHouseClient,
  scope: LogScope,
  id: string,
  options: QueryOptions = {},
): Promise<LetterWithRows | null> {
  if (scope.projectIds.length === 0) return null;
  const nowMs = options.nowMs ?? Date.now();
  const select = sql`SELECT ${LETTER_COLUMNS}, toString(origin_id) AS origin, bus_partition, toString(replayed_as) AS replayed, base64Encode(value) AS base64
FROM dead_letters FINAL WHERE id = ${bound('UUID', id)} AND ${scopedProjects(scope)}
AND (replayed_as != toUUID('00000000-0000-0000-0000-000000000000') OR (${standing(nowMs)}))`;
  for await (const { row } of runSelect<Row>(client, select, options)) {
    return {
      ...toLetter(row),
      originId: row.origin,
      partition: row.bus_partition,
      replayedAs: row.replayed === NOT_REPLAYED ? null : row.replayed,
      expired: row.day <= lastExpiredDay(nowMs),
      frame: Buffer.from(row.base64, 'base64'),
    };
  }
  return null;
}
