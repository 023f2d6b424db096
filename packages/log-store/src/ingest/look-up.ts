// What is stored is asked of `logs` itself, by the projection `ids` that lies in the same part as the rows.
import { dayText } from './day-text.ts';
import { NO_FAILED_WRITES } from './failed-writes.ts';
import { idList } from './id-list.ts';
import { catchUp, type IngestTarget, readSettings } from './ingest-target.ts';
import { TOMBSTONE_PROJECT_ID } from './insert.ts';
import { LOOK_UP_SECONDS_MAX, QUERY_BYTES_MAX } from './limits.ts';
import { sessionParameters } from './session.ts';

export interface LookUpRecord {
  /** UUID text. */
  readonly id: string;
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  /** UUID text of the requests in it that came with an `Idempotency-Key`. */
  readonly requestIds: readonly string[];
}

export interface StoredIds {
  /** The session that was opened or used; inserts that rest on this look-up are made in it. */
  readonly session: string;
  /** Record and request ids that have rows, or a tombstone, in `logs`. */
  readonly known: ReadonlySet<string>;
  /** Records with dead letters that were not taken back. */
  readonly deadLettered: ReadonlySet<string>;
}

/**
 * Looks up all ids of these records in one query, which fails where a write may have been lost.
 * @param session null opens a new one, else it must still be there
 * @throws ClickHouseError, or the connection's error
 */
export async function lookUp(
  target: IngestTarget,
  records: readonly LookUpRecord[],
  session: string | null,
  signal?: AbortSignal,
): Promise<StoredIds> {
  await catchUp(target, signal);
  const parameters = sessionParameters(session);
  const result = await target.client.query({
    query: lookUpQuery(target, records),
    format: 'JSONCompactEachRow',
    session_id: parameters.session_id,
    clickhouse_settings: {
      ...parameters.clickhouse_settings,
      ...readSettings(target),
      max_query_size: String(QUERY_BYTES_MAX),
      max_execution_time: LOOK_UP_SECONDS_MAX,
    },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  const known = new Set<string>();
  const deadLettered = new Set<string>();
  for (const [id, dead] of await result.json<[string, number]>()) (dead === 1 ? deadLettered : known).add(id);
  return { session: parameters.session_id, known, deadLettered };
}

/** Ids are UUID text that this project's codec made, so they can be written as literals: thousands exceed a URL. */
function lookUpQuery({ logs, deadLetters, embedded }: IngestTarget, records: readonly LookUpRecord[]): string {
  const own = records.map(({ id }) => id);
  const days = [...new Set(records.map(({ day }) => day))];
  const requests = [...new Set(records.flatMap(({ requestIds }) => requestIds))];
  // A record's rows lie on its own day; those of a repeated request on the day of whichever record came first.
  const conditions = [`expires_on IN (${days.map((day) => `'${dayText(day)}'`)}) AND batch_id IN (${idList(own)})`];
  if (requests.length > 0) conditions.push(`batch_id IN (${idList(requests)})`);
  return `SELECT toString(batch_id), 0 FROM ${logs} WHERE ${conditions.join(' OR ')} GROUP BY expires_on, batch_id
UNION ALL
SELECT DISTINCT toString(record_id), 1 FROM ${deadLetters} FINAL WHERE record_id IN (${idList(own)}) AND taken_back = 0${
    embedded
      ? `
UNION ALL
${NO_FAILED_WRITES}`
      : ''
  }`;
}

/** Whether what makes this record done is its tombstone. @throws ClickHouseError, or the connection's error */
export async function findTombstone(
  target: IngestTarget,
  { id, day }: { readonly id: string; readonly day: number },
  signal?: AbortSignal,
): Promise<boolean> {
  await catchUp(target, signal);
  const result = await target.client.query({
    query: `SELECT count() FROM ${target.logs}
WHERE project_id = {project:UUID} AND mode = '' AND expires_on = {day:Date} AND batch_id = {id:UUID}`,
    query_params: { project: TOMBSTONE_PROJECT_ID, day: dayText(day), id },
    format: 'JSONCompactEachRow',
    clickhouse_settings: { max_execution_time: LOOK_UP_SECONDS_MAX, ...readSettings(target) },
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  const rows = await result.json<[string | number]>();
  return Number(rows[0]?.[0]) > 0;
}
