// Records that cannot be stored, kept as letters of one project and mode each, with their rows and the reason. A letter counts
// only where the record's tombstone is in `logs`: without one it is on its way, or was overtaken by an insert and is about to be
// taken back.
import { Readable } from 'node:stream';
import type { Mode } from '@sazabi/contract';
import { dayText } from './day-text.ts';
import { NO_FAILED_WRITES } from './failed-writes.ts';
import { catchUp, type IngestTarget, insertSettings, readSettings } from './ingest-target.ts';
import { ONE_PART } from './insert.ts';

export interface DeadLetter {
  /** UUID text, as all ids here. */
  readonly id: string;
  readonly recordId: string;
  /** The record that the rows were first in, and how often they were sent again since. */
  readonly originId: string;
  readonly replays: number;
  /** null: rows that nobody can take apart, or that nobody knows whose they are; the operator's. */
  readonly owner: { readonly projectId: string; readonly mode: Mode } | null;
  readonly day: number;
  readonly rows: number;
  /** Sum of the rows' column `bytes`; of a record that is kept whole its length. */
  readonly bytes: number;
  /** Requests with an id of their own; 0 rows where they cannot be read. */
  readonly requests: readonly { readonly id: string; readonly rows: number }[];
  readonly reason: string;
  /** Where on the bus the record was read. */
  readonly partition: number;
  readonly offset: number;
  /** The record's, where it is kept whole. */
  readonly headers: ReadonlyMap<string, Uint8Array>;
  /** zstd frame of the rows, or the record's value where it is kept whole. */
  readonly value: Uint8Array;
}

/** The project of letters that belong to the operator, and of tombstones. */
export const NO_PROJECT_ID = '00000000-0000-0000-0000-000000000000';

/** Header values that are bytes, not text: in base64 in the table. */
export const BINARY_HEADERS: ReadonlySet<string> = new Set(['batch_id', 'request_ids', 'xxh64', 'replay_of']);

const COLUMNS = [
  ['id', 'UUID'],
  ['record_id', 'UUID'],
  ['origin_id', 'UUID'],
  ['replays', 'UInt32'],
  ['project_id', 'UUID'],
  ['mode', 'String'],
  ['expires_on', 'Date'],
  ['rows', 'UInt32'],
  ['bytes', 'UInt64'],
  ['request_ids', 'Array(UUID)'],
  ['request_rows', 'Array(UInt32)'],
  ['reason', 'String'],
  ['bus_partition', 'UInt32'],
  ['bus_offset', 'Int64'],
  ['headers', 'Map(String, String)'],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(', ');
const STRUCTURE = [...COLUMNS, ['value', 'String']].map(([name, type]) => `${name} ${type}`).join(', ');

/**
 * Keeps the letters of one record, all of them or none; twice under one id stays one letter.
 * @throws ClickHouseError, or the connection's error
 */
export async function putDeadLetters(
  target: IngestTarget,
  letters: readonly DeadLetter[],
  token: string,
  signal?: AbortSignal,
): Promise<void> {
  const lines = letters.map((letter) => Buffer.from(`${JSON.stringify(rowOf(letter))}\n`));
  const { stream } = await target.client.exec({
    query: `INSERT INTO ${target.deadLetters} (${NAMES}, dead_at, value)
SELECT ${NAMES}, now64(3), base64Decode(value) FROM input('${STRUCTURE}') FORMAT JSONEachRow`,
    values: Readable.from(lines, { objectMode: false }),
    // One block, so one part: read by one thread, in pieces that are put together again.
    clickhouse_settings: {
      ...ONE_PART,
      ...insertSettings(target),
      max_threads: 1,
      input_format_parallel_parsing: 0,
      insert_deduplication_token: token,
    },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  // Read to the end, or the connection is not free for the next query.
  for await (const _ of stream);
}

function rowOf(letter: DeadLetter): Readonly<Record<(typeof COLUMNS)[number][0] | 'value', unknown>> {
  const headers = [...letter.headers].map(([name, value]) => {
    return [name, Buffer.from(value).toString(BINARY_HEADERS.has(name) ? 'base64' : 'utf8')];
  });
  return {
    id: letter.id,
    record_id: letter.recordId,
    origin_id: letter.originId,
    replays: letter.replays,
    project_id: letter.owner?.projectId ?? NO_PROJECT_ID,
    mode: letter.owner?.mode ?? '',
    expires_on: dayText(letter.day),
    rows: letter.rows,
    bytes: letter.bytes,
    request_ids: letter.requests.map(({ id }) => id),
    request_rows: letter.requests.map(({ rows }) => rows),
    reason: letter.reason,
    bus_partition: letter.partition,
    bus_offset: letter.offset,
    headers: Object.fromEntries(headers),
    value: Buffer.from(letter.value).toString('base64'),
  };
}

/**
 * A letter's next version in place of its newest, without the bytes. In a query of its own over the table's rows: names of the
 * new values would hide the columns that the condition is about.
 */
export const NEXT_VERSION = "'' AS value, greatest(version + 1, toUInt64(toUnixTimestamp64Milli(now64(3)))) AS version";

/**
 * Takes the letters of a record back: its rows are stored after all. No look-up follows before the commit, so where a failed write is
 * lost it is asked here: a letter left behind of rows that are stored would double them when it is sent again.
 * @throws ClickHouseError, or the connection's error
 */
export async function takeBackDeadLetters(target: IngestTarget, recordId: string, signal?: AbortSignal): Promise<void> {
  // A replica that was moved on to may not have the letters yet: then none would be taken back.
  await catchUp(target, signal);
  await target.client.command({
    query: `INSERT INTO ${target.deadLetters} SELECT * REPLACE (1 AS taken_back, ${NEXT_VERSION})
FROM (SELECT * FROM ${target.deadLetters} FINAL WHERE record_id = {recordId:UUID} AND taken_back = 0)`,
    query_params: { recordId },
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0, ...insertSettings(target), ...readSettings(target) },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  if (target.embedded) await checkTakenBack(target, recordId, signal);
}

/** Of the letters themselves, as the engine may have been started anew since, without what it lost and without the count of that. */
async function checkTakenBack({ client, deadLetters }: IngestTarget, recordId: string, signal?: AbortSignal) {
  const result = await client.query({
    query: `SELECT '', throwIf(count() > 0, 'letters were not taken back')
FROM ${deadLetters} FINAL WHERE record_id = {recordId:UUID} AND taken_back = 0
UNION ALL
${NO_FAILED_WRITES}`,
    query_params: { recordId },
    format: 'JSONCompactEachRow',
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  await result.text();
}
