// The rows of one bus record that may be shown at all, visited in slices so that requests beside have their turn.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BusRecord } from '@sazabi/bus';
import { decodeRecord, type LogRows, openLogRows, readLogBlockAside, uuidToText } from '@sazabi/log-record';
import { TAIL_SLICE_MS } from '../limits.ts';
import type { SeenIds } from './seen-ids.ts';

const DAY_MS = 86_400_000;

/** Looks at the clock after so many rows of a slice. */
const ROWS_BETWEEN_LOOKS = 16;

export interface ShownRows {
  readonly rows: LogRows;
  /** Ids of requests in it that came in an earlier record already. */
  readonly repeatedIds: ReadonlySet<string>;
}

/** What of the record is to be shown; null: nothing, since it is undecodable, expired, or came before. Never throws. */
export async function openShownRows(record: BusRecord, seen: SeenIds, nowMs: number): Promise<ShownRows | null> {
  const decoded = decodeRecord(record);
  if (!decoded.ok || decoded.meta.expiresOnDay < Math.floor(nowMs / DAY_MS)) return null;
  const { batchId, requestIds } = decoded.meta;
  if (!seen.isFirst(batchId, record.offset)) return null;
  const repeatedIds = new Set(requestIds.filter((id) => !seen.isFirst(id, record.offset)).map(uuidToText));
  const read = await readLogBlockAside(decoded.frame);
  return read.ok ? { rows: openLogRows(read.block), repeatedIds } : null;
}

/**
 * Visits the rows from `first` on, in order. `afterSlice` is called after each few milliseconds of them, and after the last; the
 * event loop has its turn in between. @throws RangeError where a value is damaged, whatever the record's checksum says
 */
export async function visitRows(
  { rows, repeatedIds }: ShownRows,
  first: number,
  visit: (row: number) => void,
  afterSlice: () => void | Promise<void>,
): Promise<void> {
  let sliceBeganMs = performance.now();
  for (let row = first; row < rows.count; row++) {
    rows.goTo(row);
    if (repeatedIds.size === 0 || !repeatedIds.has(rows.uuid('batch_id'))) visit(row);
    if (row % ROWS_BETWEEN_LOOKS !== 0 || performance.now() - sliceBeganMs < TAIL_SLICE_MS) continue;
    await afterSlice();
    await nextTurn();
    sliceBeganMs = performance.now();
  }
  await afterSlice();
}
