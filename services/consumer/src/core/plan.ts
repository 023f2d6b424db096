// Which inserts a range needs, given what is stored: per day one, of whole records in the order of the bus.
import type { PlannedInsert } from './effects.ts';
import { distinctRecords, isDone, type RangeItem, type StorableRecord } from './range.ts';

/**
 * One insert for each day that has records not done. Every one begins at the day's first record that is not stored: that is
 * what lets its token, the id of that record, decide between all inserts that anyone ever makes of this run.
 */
export function planInserts(items: readonly RangeItem[], known: ReadonlySet<string>): readonly PlannedInsert[] {
  const days = new Map<number, [StorableRecord, ...StorableRecord[]]>();
  for (const record of distinctRecords(items)) {
    if (isDone(record, known)) continue;
    const records = days.get(record.day);
    if (records === undefined) days.set(record.day, [record]);
    else records.push(record);
  }
  return [...days].map(([day, records]) => ({
    day,
    records,
    knownRequestIds: records.flatMap((record) => record.requestIds.filter((id) => known.has(id))),
  }));
}
