// Records that cannot be stored, kept with their bytes and the reason. A letter counts only where the record's tombstone is in
// `logs`: without one it is on its way, or was overtaken by an insert and is about to be taken back.
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { dayText } from './day-text.ts';

export interface DeadLetter {
  readonly id: string;
  readonly day: number;
  readonly rows: number;
  readonly reason: string;
  /** Where on the bus it was read, and the record as it was. */
  readonly partition: number;
  readonly offset: number;
  readonly headers: ReadonlyMap<string, Uint8Array>;
  readonly value: Uint8Array;
}

/** Header values that are bytes, not text: in base64 in the table. */
export const BINARY_HEADERS: ReadonlySet<string> = new Set(['batch_id', 'request_ids', 'xxh64']);

const COLUMNS = 'id, dead_at, reason, bus_partition, bus_offset, expires_on, rows, headers, value';
const STRUCTURE =
  'id UUID, reason String, bus_partition UInt32, bus_offset Int64, expires_on Date, rows UInt32, headers Map(String, String), value String';

/** Keeps the record; twice under one id stays one letter. @throws ClickHouseError, or the connection's error */
export async function putDeadLetter(
  client: ClickHouseClient,
  letter: DeadLetter,
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const headers = [...letter.headers].map(([name, value]) => {
    return [name, Buffer.from(value).toString(BINARY_HEADERS.has(name) ? 'base64' : 'utf8')];
  });
  const row = {
    id: letter.id,
    reason: letter.reason,
    bus_partition: letter.partition,
    bus_offset: letter.offset,
    expires_on: dayText(letter.day),
    rows: letter.rows,
    headers: Object.fromEntries(headers),
    value: Buffer.from(letter.value).toString('base64'),
  };
  const { stream } = await client.exec({
    query: `INSERT INTO dead_letters (${COLUMNS})
SELECT id, now64(3), reason, bus_partition, bus_offset, expires_on, rows, headers, base64Decode(value)
FROM input('${STRUCTURE}') FORMAT JSONEachRow`,
    values: Readable.from([Buffer.from(JSON.stringify(row))], { objectMode: false }),
    clickhouse_settings: { async_insert: 0, insert_deduplication_token: token },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  // Read to the end, or the connection is not free for the next query.
  for await (const _ of stream);
}

/** Takes a letter back: the record's rows are stored after all. @throws ClickHouseError, or the connection's error */
export async function takeBackDeadLetter(client: ClickHouseClient, id: string, signal?: AbortSignal): Promise<void> {
  await client.command({
    query: `INSERT INTO dead_letters (${COLUMNS}, taken_back)
SELECT ${COLUMNS}, 1 FROM dead_letters FINAL WHERE id = {id:UUID} AND taken_back = 0`,
    query_params: { id },
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
}
