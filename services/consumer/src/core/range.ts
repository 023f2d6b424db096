// A range of one bus partition: records in the order of the bus, and what a look-up says of them.
import type { BusRecord, Offset } from '@sazabi/bus';
import { contentBytesOf } from '@sazabi/log-record';

/** A decodable record that is to be stored. Ids are UUID text. */
export interface StorableRecord {
  readonly offset: Offset;
  readonly id: string;
  /** Days since 1970-01-01 UTC: the table partition that the whole record lies in. */
  readonly day: number;
  readonly rows: number;
  /** Rows of requests without an `Idempotency-Key`: these carry the record's id, the others their request's. */
  readonly ownRows: number;
  readonly requestIds: readonly string[];
  /** Its value is the zstd frame of one Native block. */
  readonly source: BusRecord;
}

/** A record that nobody can decode: it goes to the bus's dead letters. */
export interface UndecodableItem {
  readonly kind: 'undecodable';
  readonly offset: Offset;
  readonly source: BusRecord;
  readonly reason: string;
}

/** One place of a range: a record to store, or one that is passed over. */
export type RangeItem =
  | { readonly kind: 'record'; readonly offset: Offset; readonly record: StorableRecord }
  | UndecodableItem
  /** Its rows would be dropped at once. */
  | { readonly kind: 'expired'; readonly offset: Offset };

/** What a range may hold; it always holds at least one record. */
export interface RangeLimits {
  /** Of each day, as a day is an insert. */
  readonly rowsMax: number;
  /** Of frames, as the bus has them. */
  readonly bytesMax: number;
  /** Of each day: of what its frames inflate to, where they say so. */
  readonly inflatedBytesMax: number;
  /** Own ids and request ids together: they go into one look-up. */
  readonly idsMax: number;
  readonly recordsMax: number;
}

/** A range this full is not worth waiting for more: the next record may well not fit. */
const FULL_SHARE = 0.75;

/**
 * The longest run from the beginning of `items` that keeps the limits, at least one item where there is one. `full`: not worth waiting
 * for more. Rows that would fill one insert are not, however many days they are of; where more are there already, they are taken.
 */
export function takeRange(
  items: readonly RangeItem[],
  limits: RangeLimits,
): { readonly items: readonly RangeItem[]; readonly full: boolean } {
  let [bytes, ids, count] = [0, 0, 0];
  const all = { rows: 0, inflatedBytes: 0 };
  const days = new Map<number, typeof all>();
  const isOneInsert = ({ rows, inflatedBytes }: typeof all, share: number) =>
    rows <= limits.rowsMax * share && inflatedBytes <= limits.inflatedBytesMax * share;
  const within = (share: number) =>
    bytes <= limits.bytesMax * share &&
    ids <= limits.idsMax * share &&
    count <= limits.recordsMax * share &&
    [...days.values()].every((day) => isOneInsert(day, share));
  for (const item of items) {
    count += 1;
    if (item.kind === 'record') {
      const { day, rows, requestIds, source } = item.record;
      const { value } = source;
      const ofDay = days.get(day) ?? { rows: 0, inflatedBytes: 0 };
      days.set(day, ofDay);
      for (const sum of [ofDay, all]) {
        sum.rows += rows;
        sum.inflatedBytes += contentBytesOf(value) ?? value.byteLength;
      }
      bytes += value.byteLength;
      ids += 1 + requestIds.length;
    }
    if (count > 1 && !within(1)) return { items: items.slice(0, count - 1), full: true };
  }
  return { items, full: !within(FULL_SHARE) || !isOneInsert(all, FULL_SHARE) };
}

/** The records of a range, each once: a record that is there twice counts where it comes first. */
export function distinctRecords(items: readonly RangeItem[]): readonly StorableRecord[] {
  const records = new Map<string, StorableRecord>();
  for (const item of items) {
    if (item.kind === 'record' && !records.has(item.record.id)) records.set(item.record.id, item.record);
  }
  return [...records.values()];
}

/** Rows of all these records. */
export function rowsOf(records: readonly StorableRecord[]): number {
  return records.reduce((sum, { rows }) => sum + rows, 0);
}

/** Whether nothing of this record is left to store: its own id is known, or it has only requests and all are known. */
export function isDone(record: StorableRecord, known: ReadonlySet<string>): boolean {
  if (known.has(record.id)) return true;
  return record.ownRows === 0 && record.requestIds.every((id) => known.has(id));
}

/**
 * The range up to where a request id that is not stored comes in a second record: which of the two stores it must be
 * decided before the other is planned. Never empty where `items` is not.
 */
export function cutAtRepeat(items: readonly RangeItem[], known: ReadonlySet<string>): readonly RangeItem[] {
  const bearer = new Map<string, string>();
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'record') continue;
    for (const requestId of item.record.requestIds) {
      if (known.has(requestId)) continue;
      const first = bearer.get(requestId);
      if (first !== undefined && first !== item.record.id) return items.slice(0, index);
      bearer.set(requestId, item.record.id);
    }
  }
  return items;
}

/** One past the last item: where the next range begins. @throws RangeError when the range is empty */
export function nextOffset(items: readonly RangeItem[]): Offset {
  const last = items.at(-1);
  if (last === undefined) throw new RangeError('an empty range has no end');
  return last.offset + 1;
}
