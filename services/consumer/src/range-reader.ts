// Reads ranges of a bus partition: gathers records up to the limits, decodes their headers, sorts out what cannot be stored.
import type { BusRecord, Offset, OwnedPartition } from '@sazabi/bus';
import { decodeRecord, uuidToText } from '@sazabi/log-record';
import type { EffectOf } from './core/effects.ts';
import { nextOffset, type RangeItem, rowsOf, takeRange } from './core/range.ts';
import { EXPIRED_DAYS_MAX, IDLE_READ_MS, RANGE_LIMITS } from './limits.ts';
import { pauseFor } from './pause-for.ts';
import type { Waiting } from './workload.ts';

const DAY_MS = 86_400_000;

/**
 * The next range. `idle` waits for a first record and takes what is there, `now` does not wait; `gather` waits for more where there is
 * less than a full range, as long as `gatherMs` says of what is there, and may find none.
 */
export async function readRange(
  owned: OwnedPartition,
  { from, recordsMax, patience }: EffectOf<'read'>,
  gatherMs: (waiting: Waiting) => number,
  nowMs: () => number = Date.now,
): Promise<readonly RangeItem[]> {
  const limits = { ...RANGE_LIMITS, recordsMax };
  const read = async (offset: Offset, waitMs: number, have: readonly RangeItem[]) => {
    const records = await owned.read(offset, {
      bytesMax: limits.bytesMax,
      recordsMax: recordsMax - have.length + 1,
      waitMs,
      signal: owned.lost,
    });
    const today = Math.floor(nowMs() / DAY_MS);
    return takeRange([...have, ...records.map((record) => itemOf(record, today))], limits);
  };
  const first = await read(from ?? 0, patience === 'idle' ? IDLE_READ_MS : 0, []);
  if (patience !== 'gather' || first.full) return first.items;
  await pauseFor(gatherMs(waitingOf(first.items, nowMs())), owned.lost);
  const next = first.items.length > 0 ? nextOffset(first.items) : (from ?? 0);
  return (await read(next, 0, first.items)).items;
}

function waitingOf(items: readonly RangeItem[], nowMs: number): Waiting {
  const records = items.flatMap((item) => (item.kind === 'record' ? [item.record] : []));
  return { rows: rowsOf(records), ageMs: Math.max(0, nowMs - (records[0]?.source.appendedAtMs ?? nowMs)) };
}

/** What a record is to the consumer: to be stored, expired, or nothing that anyone can read. */
export function itemOf(source: BusRecord, today: number): RangeItem {
  const { offset } = source;
  const decoded = decodeRecord(source);
  if (!decoded.ok) return { kind: 'undecodable', offset, source, reason: decoded.reason };
  const { batchId, rows, ownRows, expiresOnDay: day, requestIds } = decoded.meta;
  if (day < today - EXPIRED_DAYS_MAX) return { kind: 'expired', offset };
  const record = {
    offset,
    id: uuidToText(batchId),
    day,
    rows,
    ownRows,
    requestIds: requestIds.map(uuidToText),
    source,
  };
  return { kind: 'record', offset, record };
}
