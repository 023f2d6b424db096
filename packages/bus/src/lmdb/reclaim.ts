// Deletes consumed records: behind the committed position only, in small transactions, by the producer's process.
import type { Offset } from '../bus.ts';
import type { Store } from './environment.ts';
import { DELETE_BYTES_MAX, DELETE_RECORDS_MAX } from './limits.ts';
import { committedPosition } from './position.ts';
import { decodeRecordKey, encodeRecordKey, firstKeyFrom, type RecordKey } from './record-key.ts';
import { firstRecord, freshSnapshot, lastRecord } from './records.ts';
import { releaseReserve } from './reserve.ts';
import { writeFailure } from './write-failure.ts';

export interface ReclaimSettings {
  readonly bytesMax: number;
  readonly keepConsumedMs: number;
  readonly keepConsumedBytesMax: number;
}

export interface Reclaimer {
  /**
   * Deletes what need not be kept any longer, and whatever consumed records stand in the way of the store's reaching
   * `endBytes` (as a record's start is counted). Runs follow one another. @throws BusError when the store cannot be written
   */
  run(endBytes: number): Promise<void>;
}

/** @param nowMs a monotonic clock; tests give their own */
export function createReclaimer(
  records: Store,
  positions: Store,
  settings: ReclaimSettings,
  nowMs: () => number,
): Reclaimer {
  const agedPosition = createPositionHistory(settings.keepConsumedMs, nowMs);
  let running = Promise.resolve();
  const runOnce = async (endBytes: number) => {
    const committed = committedPosition(positions);
    if (committed === null) return;
    const aged = agedPosition(committed);
    for (;;) {
      const doomed = consumedToDelete(records, settings, { committed, aged, endBytes });
      if (doomed.length === 0) return;
      await deleteRecords(records, doomed);
    }
  };
  return {
    run(endBytes) {
      const next = running.then(() => runOnce(endBytes));
      running = next.catch(() => undefined);
      return next;
    },
  };
}

/** One transaction; on a full disk the reserve is given up for it. */
async function deleteRecords(store: Store, doomed: readonly RecordKey[]): Promise<void> {
  const attempt = () =>
    store.batch(() => {
      for (const key of doomed) store.remove(encodeRecordKey(key));
    });
  try {
    await attempt();
  } catch (error) {
    await writeFailure(store, error);
    try {
      await releaseReserve(store);
      await attempt();
    } catch (again) {
      throw await writeFailure(store, again);
    }
  }
}

interface Wanted {
  readonly committed: Offset;
  readonly aged: Offset;
  readonly endBytes: number;
}

/** The oldest records that may go, at most one small transaction of them. The newest always stays: offsets go on from it. */
function consumedToDelete(store: Store, settings: ReclaimSettings, wanted: Wanted): RecordKey[] {
  const last = lastRecord(store);
  if (last === null) return [];
  const consumedEnd = firstRecord(store, wanted.committed)?.startBytes ?? last.startBytes + last.sizeBytes;
  const room = settings.bytesMax - (wanted.endBytes - consumedEnd);
  const keepBytes = Math.max(0, Math.min(settings.keepConsumedBytesMax, room));

  const doomed: RecordKey[] = [];
  let doomedBytes = 0;
  freshSnapshot(store);
  const end = firstKeyFrom(Math.min(wanted.committed, last.offset));
  for (const bytes of store.getKeys({ start: firstKeyFrom(0), end, limit: DELETE_RECORDS_MAX })) {
    const key = decodeRecordKey(bytes);
    const kept = key.offset >= wanted.aged && consumedEnd - key.startBytes <= keepBytes;
    doomedBytes += key.sizeBytes;
    if (kept || (doomed.length > 0 && doomedBytes > DELETE_BYTES_MAX)) break;
    doomed.push(key);
  }
  return doomed;
}

/** Samples kept of the position's history; a record is kept up to a hundredth of the time longer than asked. */
const HISTORY_SAMPLES = 100;

/**
 * Remembers where the position was, to know what was consumed `keepMs` ago. It begins anew with the process, which
 * keeps records longer, never shorter.
 */
function createPositionHistory(keepMs: number, nowMs: () => number): (committed: Offset) => Offset {
  const samples: { atMs: number; position: Offset }[] = [];
  let aged = 0;
  return (committed) => {
    const now = nowMs();
    const newest = samples.at(-1);
    if (newest === undefined || now - newest.atMs >= keepMs / HISTORY_SAMPLES) {
      samples.push({ atMs: now, position: committed });
    }
    while (samples[0] !== undefined && samples[0].atMs <= now - keepMs) aged = samples.shift()?.position ?? aged;
    // A position set back (an older copy of its folder) puts records in front of it again: they are not consumed.
    return Math.min(aged, committed);
  };
}
