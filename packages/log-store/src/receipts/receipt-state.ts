// What has become of one request's logs. Asked by the projection `ids`, which costs the same however many logs a project has:
// a request's rows lie in one record, and an insert of a record is one part or nothing, so of a request all is stored or none.
import type { ClickHouseClient } from '@clickhouse/client';
import { nextReplayId, type ReceiptFields } from '@sazabi/log-record';
import { dayText } from '../ingest/day-text.ts';
import { REMOVED_MODE } from '../maintenance/remove-hidden.ts';
import { type QueryOptions, runSelect } from '../query/run-select.ts';
import { bound, sql } from '../query/sql.ts';

export interface ReceiptState {
  readonly status: 'durable' | 'stored' | 'dead-lettered';
  /** Logs of the request; null while nothing tells: a receipt under an `Idempotency-Key` does not say. */
  readonly accepted: number | null;
  readonly stored: number;
  /** null where they are and nobody can count them. */
  readonly deadLettered: number | null;
  /** The letter that they wait in, where it is the project's and was not deleted. */
  readonly deadLetterId: string | null;
}

interface Letter {
  readonly letter: string;
  readonly record: string;
  readonly project: string;
  readonly replays: number;
  readonly replayed: number;
  readonly deleted: number;
  readonly requests: readonly string[];
  readonly counts: readonly number[];
}

const NO_PROJECT_ID = '00000000-0000-0000-0000-000000000000';

/**
 * The state of what the receipt stands for, through any number of replays. The caller has seen to it that the project is the
 * asker's and that the receipt is young enough: when the rows are gone nothing tells that they were stored.
 * null: the rows were stored, and removed before their day, as the project's retention became shorter.
 * @throws ContractError QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function receiptState(
  client: ClickHouseClient,
  receipt: ReceiptFields,
  options: QueryOptions = {},
): Promise<ReceiptState | null> {
  const { storedId, count } = receipt;
  const ofRequest = isOfRequest(receipt);
  if (!ofRequest && count === 0)
    return { status: 'stored', accepted: 0, stored: 0, deadLettered: 0, deadLetterId: null };
  const letters = await lettersOf(client, receipt, options);
  // The id of a replay is known before it is made: one that was sent and not noted down is found too.
  const replays = letters.map((letter) =>
    nextReplayId({ recordId: letter.record, ...receipt, replays: letter.replays }),
  );
  const ids = ofRequest ? [storedId] : [storedId, ...replays];
  const [stored, { tombstones, removed }] = await Promise.all([
    storedRows(client, ids, receipt.day, options),
    findEnded(client, [...ids, ...letters.map(({ record }) => record)], receipt.projectId, options),
  ]);
  if (ids.some((id) => removed.has(id))) return null;
  const rows = ids.filter((id) => !tombstones.has(id)).map((id) => stored.get(id) ?? 0);
  const found = Math.max(...rows);
  if (found > 0) {
    const accepted = ofRequest ? found : count;
    return { status: 'stored', accepted, stored: accepted, deadLettered: 0, deadLetterId: null };
  }
  const waiting = letters.find(({ record, replayed }) => replayed === 0 && tombstones.has(record));
  const known = ofRequest ? null : count;
  if (waiting === undefined)
    return { status: 'durable', accepted: known, stored: 0, deadLettered: 0, deadLetterId: null };
  const dead = known ?? countIn(waiting, storedId);
  const isShown = waiting.deleted === 0 && waiting.project !== NO_PROJECT_ID;
  return {
    status: 'dead-lettered',
    accepted: dead,
    stored: 0,
    deadLettered: dead,
    deadLetterId: isShown ? waiting.letter : null,
  };
}

/** Whether the stored id is a request's own: its rows are found by it alone, on whichever day. */
export function isOfRequest({ day }: Pick<ReceiptFields, 'day'>): boolean {
  return day === 0;
}

/** Letters that may hold the rows, the latest replay first; those of nobody knows whom among them. */
async function lettersOf(
  client: ClickHouseClient,
  receipt: ReceiptFields,
  options: QueryOptions,
): Promise<readonly Letter[]> {
  const id = bound('UUID', receipt.storedId);
  const holds = isOfRequest(receipt) ? sql`has(request_ids, ${id})` : sql`origin_id = ${id}`;
  const select = sql`SELECT toString(id) AS letter, toString(record_id) AS record, toString(project_id) AS project, replays, replayed_as != toUUID('00000000-0000-0000-0000-000000000000') AS replayed, deleted, request_ids AS requests, request_rows AS counts
FROM dead_letters FINAL WHERE ${holds} AND taken_back = 0
AND ((project_id = ${bound('UUID', receipt.projectId)} AND mode = ${bound('String', receipt.mode)}) OR project_id = toUUID('00000000-0000-0000-0000-000000000000'))
ORDER BY replays DESC, dead_at DESC`;
  const letters: Letter[] = [];
  for await (const { row } of runSelect<Letter>(client, select, options)) letters.push(row);
  return letters;
}

/** Rows per id. */
async function storedRows(
  client: ClickHouseClient,
  ids: readonly string[],
  day: number,
  options: QueryOptions,
): Promise<ReadonlyMap<string, number>> {
  const days = day === 0 ? sql`1` : sql`expires_on = ${bound('Date', dayText(day))}`;
  const select = sql`SELECT toString(batch_id) AS stored, toString(count()) AS rows FROM logs
WHERE ${days} AND batch_id IN ${bound('Array(UUID)', ids)} GROUP BY expires_on, batch_id`;
  const found = new Map<string, number>();
  for await (const { row } of runSelect<{ stored: string; rows: string }>(client, select, options))
    found.set(row.stored, (found.get(row.stored) ?? 0) + Number(row.rows));
  return found;
}

/** Which of these records were given up, and of which the project's rows were removed. */
async function findEnded(
  client: ClickHouseClient,
  recordIds: readonly string[],
  projectId: string,
  options: QueryOptions,
): Promise<{ readonly tombstones: ReadonlySet<string>; readonly removed: ReadonlySet<string> }> {
  const select = sql`SELECT toString(batch_id) AS record, mode FROM logs
WHERE project_id = toUUID('00000000-0000-0000-0000-000000000000') AND batch_id IN ${bound('Array(UUID)', recordIds)}
AND (mode = '' OR (mode = ${bound('String', REMOVED_MODE)} AND host = ${bound('String', projectId)}))`;
  const tombstones = new Set<string>();
  const removed = new Set<string>();
  for await (const { row } of runSelect<{ record: string; mode: string }>(client, select, options))
    (row.mode === '' ? tombstones : removed).add(row.record);
  return { tombstones, removed };
}

/** null: the rows could not be read. */
function countIn({ requests, counts }: Letter, requestId: string): number | null {
  const count = counts[requests.indexOf(requestId)] ?? 0;
  return count === 0 ? null : count;
}
