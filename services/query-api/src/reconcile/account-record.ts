// What has become of the logs of one record of the bus, by what the store has of their ids.
import type { FoundIds } from '@sazabi/log-store';

/** Logs by what has become of them; together as many as the records hold. */
export interface LogStates {
  readonly stored: number;
  /** Were stored, and then removed as nobody sees them any more: of a deleted project, or a shortened retention. */
  readonly removed: number;
  /** Before the consumers. */
  readonly waiting: number;
  /** In dead letters, or replayed or deleted from there: what is replayed is a record of its own. */
  readonly deadLettered: number;
  /** Past their day before they were stored, or dropped with it. */
  readonly expired: number;
  /** Behind the consumers, and nowhere. */
  readonly missing: number;
}

export interface Accounted extends LogStates {
  /** Stored more than once, beside the stored ones. */
  readonly doubled: number;
}

export interface BusRecordMeta {
  readonly id: string;
  readonly rows: number;
  /** Rows under the record's own id; the others are under their requests'. */
  readonly ownRows: number;
  readonly requestIds: readonly string[];
}

export interface RecordPlace {
  /** Behind the consumers when the store was asked, or before. */
  readonly isCommitted: boolean;
  readonly isExpired: boolean;
}

export const NOTHING: Accounted = {
  stored: 0,
  removed: 0,
  waiting: 0,
  deadLettered: 0,
  expired: 0,
  missing: 0,
  doubled: 0,
};

export function add(one: Accounted, other: Accounted): Accounted {
  return {
    stored: one.stored + other.stored,
    removed: one.removed + other.removed,
    waiting: one.waiting + other.waiting,
    deadLettered: one.deadLettered + other.deadLettered,
    expired: one.expired + other.expired,
    missing: one.missing + other.missing,
    doubled: one.doubled + other.doubled,
  };
}

/**
 * Rows under a record's own id are counted. Of a request with an id of its own it is asked whether it is there: which of its
 * repeats was stored, and how many rows that one had, its id does not tell.
 * @param rowsOf how many of the record's rows are each request's; asked only where the requests fared differently
 */
export function accountRecord(
  record: BusRecordMeta,
  found: FoundIds,
  place: RecordPlace,
  rowsOf: () => ReadonlyMap<string, number>,
): Accounted {
  if (found.tombstones.has(record.id)) return { ...NOTHING, deadLettered: record.rows };
  const own = found.rows.get(record.id) ?? 0;
  const stored = Math.min(own, record.ownRows);
  const doubled = Math.max(0, own - record.ownRows);
  const ofOwn = { ...lacking(record.id, record.ownRows - stored, found, place), stored, doubled };
  return add(ofOwn, accountRequests(record, found, place, rowsOf));
}

function accountRequests(
  record: BusRecordMeta,
  found: FoundIds,
  place: RecordPlace,
  rowsOf: () => ReadonlyMap<string, number>,
): Accounted {
  const rows = record.rows - record.ownRows;
  const isStored = (id: string) => (found.rows.get(id) ?? 0) > 0;
  const [first, ...others] = record.requestIds;
  if (first === undefined) return NOTHING;
  const stateOf = (id: string, count: number): Accounted =>
    isStored(id) ? { ...NOTHING, stored: count } : lacking(id, count, found, place);
  const isSame = (id: string) => isStored(id) === isStored(first) && found.removed.has(id) === found.removed.has(first);
  if (others.every(isSame)) return stateOf(first, rows);
  const each = rowsOf();
  return record.requestIds.map((id) => stateOf(id, each.get(id) ?? 0)).reduce(add, NOTHING);
}

/** Logs that are not there, of one id. */
function lacking(id: string, rows: number, found: FoundIds, { isCommitted, isExpired }: RecordPlace): Accounted {
  if (rows === 0) return NOTHING;
  if (found.removed.has(id)) return { ...NOTHING, removed: rows };
  if (isExpired) return { ...NOTHING, expired: rows };
  return isCommitted ? { ...NOTHING, missing: rows } : { ...NOTHING, waiting: rows };
}
