// The rows of one bus record that may be shown at all, visited in slices so that requests beside have their turn.
import type { BusRecord } from '@sazabi/bus';
import { decodeRecord, type LogRows, openLogRows, readLogBlockAside, uuidToText } from '@sazabi/log-record';
import type { SeenIds } from './seen-ids.ts';
import type { SliceKind, Slices } from './slices.ts';

const DAY_MS = 86_400_000;

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

export interface Visit {
  readonly slices: Slices;
  readonly kind: SliceKind;
  /** May part its work: a turn may end at each value that is given. */
  row(row: number): Iterable<unknown> | undefined;
  /** Whether so much came of the rows that the slice should end. */
  isFull?(): boolean;
  /** Called after each slice, and after the last row; false ends the visit. */
  endSlice(): boolean | Promise<boolean>;
}

/**
 * Visits the rows from `first` on, in order, in slices. Tells whether it came to the end.
 * @throws RangeError where a value is damaged, whatever the record's checksum says
 */
export async function visitRows({ rows, repeatedIds }: ShownRows, first: number, visit: Visit): Promise<boolean> {
  const { slices, kind } = visit;
  await slices.begin(kind);
  for (let row = first; row < rows.count; row++) {
    rows.goTo(row);
    const isShown = repeatedIds.size === 0 || !repeatedIds.has(rows.uuid('batch_id'));
    // A large row that hundreds search takes longer than a slice; then what came of it leaves before the next.
    const work = isShown ? visit.row(row) : undefined;
    const rests = work === undefined ? 0 : await inSlices(work, slices, kind);
    if (rests === 0 && !slices.isOver() && !visit.isFull?.()) continue;
    if (!(await visit.endSlice())) return false;
    await slices.begin(kind);
  }
  return await visit.endSlice();
}

/** Tells how often it rested. */
async function inSlices(work: Iterable<unknown>, slices: Slices, kind: SliceKind): Promise<number> {
  let rests = 0;
  for (const _ of work) {
    if (!slices.isOver()) continue;
    await slices.begin(kind);
    rests += 1;
  }
  return rests;
}
