// For the ablation `no-cut`: request ids that differ from record to record, so that the machine sees no repeats.
import type { RangeItem, StorableRecord } from '../range.ts';

export function disguise(item: RangeItem): RangeItem {
  if (item.kind !== 'record') return item;
  const { record } = item;
  return { ...item, record: { ...record, requestIds: record.requestIds.map((id) => `${id}@${record.id}`) } };
}

export function undisguise(record: StorableRecord): StorableRecord {
  return { ...record, requestIds: record.requestIds.map((id) => id.split('@')[0] ?? id) };
}

/** The ids of these records that are stored, as the machine knows them. */
export function disguisedIds(records: readonly StorableRecord[], stored: ReadonlySet<string>): ReadonlySet<string> {
  const ids = records.flatMap(({ id, requestIds }) => [id, ...requestIds]);
  return new Set(ids.filter((id) => stored.has(id.split('@')[0] ?? id)));
}
