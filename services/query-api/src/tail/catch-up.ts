// A tail that comes back: it reads for itself, at its reader's pace, from where it was cut to where the live tails are, and joins
// them without a gap or a repeat.
import { setTimeout as wait } from 'node:timers/promises';
import type { BusRecord } from '@sazabi/bus';
import { viewRows } from '@sazabi/log-store';
import {
  TAIL_CATCH_UP_BYTES_MAX,
  TAIL_CATCH_UP_PATIENCE_MS,
  TAIL_CATCH_UP_SEAT_MS,
  TAIL_CATCH_UP_WAITING_BYTES,
  TAIL_JOIN_BYTES_MAX,
  TAIL_JOIN_MS_MAX,
  TAIL_READ_RECORDS_MAX,
  TAIL_READ_RETRY_MS,
} from '../limits.ts';
import { isFor, type Listener } from './audience.ts';
import { logEvent } from './events.ts';
import { keptPlaces } from './kept-places.ts';
import type { LiveReader } from './live-reader.ts';
import { idOf, idWithin, type Place, type Position, writeId } from './position.ts';
import { openShownRows, visitRows } from './record-rows.ts';
import type { Seats } from './seats.ts';
import type { SeenIds } from './seen-ids.ts';
import type { SliceKind, Slices } from './slices.ts';
import { createJoinedEvents } from './tail-output.ts';

export interface CatchUpParts {
  readonly listener: Listener;
  readonly live: LiveReader;
  readonly seen: SeenIds;
  readonly slices: Slices;
  readonly seats: Seats;
  /** Called in the moment in which it stands where the live tails do. */
  readonly join: () => void;
  /** Records are gone that it has not read: those appended in this time (milliseconds since 1970). */
  readonly gone: (fromMs: number, toMs: number) => Promise<void>;
  /** Whether too much waits for readers of all that catch up. */
  readonly isCrowded: () => boolean;
  readonly failed: (error: unknown) => void;
}

export interface CatchUp {
  id(): string;
  /** Resolves when it has joined or its reader has gone. */
  run(): Promise<void>;
}

/** Nothing is read before `run`. */
export function createCatchUp(
  from: Position,
  { listener, live, seen, slices, seats, join, gone, isCrowded, failed }: CatchUpParts,
): CatchUp {
  const { output, organizationId } = listener;
  const { reader } = live;
  const waitingMax = () => Math.min(TAIL_CATCH_UP_WAITING_BYTES, output.bytesMax());
  const isBehind = () => output.waitingBytes() > waitingMax();
  let places: Place[] = [...from.places];
  let { atMs } = from;
  let isPlaced = false;
  /** When what it does now began: reading from a seat, or joining. */
  let beganMs = 0;
  const elapsedMs = () => performance.now() - beganMs;
  /** Since then: a seat is not given up before the first, or nothing would ever come of it. */
  let rowsDone = 0;

  /** Tells whether the record is done; not where its reader is behind: then it is read again, from the row that is next. */
  const show = async (record: BusRecord, first: number, isJoining: boolean): Promise<boolean> => {
    const { partition, offset } = record;
    const kind: SliceKind = isJoining ? 'live' : { catchUpOf: organizationId };
    await slices.begin(kind);
    const shown = await openShownRows(record, seen, Date.now());
    if (shown === null) return true;
    places[partition] = { offset, row: first };
    const id = idOf(
      places.map((place) => place.offset),
      record.appendedAtMs,
    );
    const view = viewRows(shown.rows);
    return await visitRows(shown, first, {
      slices,
      kind,
      row(row) {
        if (isFor(listener, view) && listener.matches(view))
          output.take(logEvent(idWithin(id, partition, row + 1), view.toLogRow()));
        places[partition] = { offset, row: row + 1 };
        rowsDone += 1;
        return undefined;
      },
      isFull: isBehind,
      async endSlice() {
        output.flush(createJoinedEvents());
        if (isJoining) return elapsedMs() < TAIL_JOIN_MS_MAX;
        if (rowsDone > 0 && elapsedMs() > TAIL_CATCH_UP_SEAT_MS && seats.isWantedByOthersThan(organizationId))
          return false;
        await output.drained(waitingMax(), TAIL_CATCH_UP_PATIENCE_MS);
        // A row always fits, however large, and all may have one that they do not take. Whoever is cut comes back where it was.
        if (isBehind() && isCrowded()) output.end();
        return output.isOpen() && !isBehind();
      },
    });
  };
  /** Reads on in one partition, not past the live tails; tells how many bytes of records it read. */
  const step = async (partition: number, bytesMax: number, isJoining: boolean): Promise<number> => {
    const place = places[partition];
    const end = live.position().places[partition]?.offset ?? 0;
    if (place === undefined || place.offset >= end) return 0;
    const options = { bytesMax, recordsMax: TAIL_READ_RECORDS_MAX, waitMs: 0 };
    const records = await reader.read(partition, place.offset, options);
    const [first] = records;
    if (first?.offset !== place.offset && (await reader.extent(partition)).earliest > place.offset) {
      isPlaced = false;
      return 0;
    }
    let bytes = 0;
    for (const record of records) {
      if (record.offset >= end) break;
      bytes += record.value.byteLength;
      const row = record.offset === place.offset ? place.row : 0;
      const isDone = await show(record, row, isJoining).catch((error: unknown) => {
        failed(error);
        return true;
      });
      atMs = record.appendedAtMs;
      if (!isDone) break;
      places[partition] = { offset: record.offset + 1, row: 0 };
    }
    return bytes;
  };
  const stepAll = async (bytesMax: number, isJoining: boolean): Promise<number> => {
    let bytes = 0;
    for (const partition of inOrder(places)) {
      bytes += await step(partition, bytesMax, isJoining);
      // At most one partition may stand within a record.
      if (places[partition]?.row !== 0) break;
    }
    return bytes;
  };
  const stands = () =>
    places.every(({ offset, row }, at) => row === 0 && offset === live.position().places[at]?.offset);
  const tryJoin = () =>
    live.exclusive(async () => {
      if (!output.isOpen()) return true;
      // What came since the last step, and no more: the others wait meanwhile.
      beganMs = performance.now();
      await stepAll(TAIL_JOIN_BYTES_MAX, true);
      if (!stands()) return false;
      join();
      return true;
    });
  const advance = async (): Promise<'joined' | 'on' | 'waits'> => {
    [beganMs, rowsDone] = [performance.now(), 0];
    const bytes = await stepAll(TAIL_CATCH_UP_BYTES_MAX, false);
    if (!isPlaced || bytes > TAIL_JOIN_BYTES_MAX || isBehind()) return 'on';
    // Still not there: the reading of this process is behind, as where another one gave the id.
    return (await tryJoin()) ? 'joined' : 'waits';
  };
  const place = async (): Promise<number | null> => {
    const kept = await keptPlaces(reader, places);
    places = kept.places;
    isPlaced = true;
    return kept.goneToMs;
  };
  const turn = async () => {
    const goneToMs = isPlaced ? null : await seats.during(organizationId, place);
    if (goneToMs !== null) {
      // Once for all partitions, and without a seat: the store may be long in counting.
      await gone(atMs, goneToMs);
      atMs = Math.max(atMs, goneToMs);
    }
    return await seats.during(organizationId, advance);
  };
  return {
    id: () => writeId({ places, atMs }),
    async run() {
      while (output.isOpen()) {
        // Without a seat: a reader that is slow keeps nobody else waiting.
        await output.drained(waitingMax());
        const went = await turn().catch((error: unknown) => {
          failed(error);
          return 'waits' as const;
        });
        if (went === 'joined') return;
        if (went === 'waits') await wait(TAIL_READ_RETRY_MS);
      }
    },
  };
}

/** A partition within a record comes first: at most one may stand so at a time. */
function inOrder(places: readonly Place[]): readonly number[] {
  const partitions = places.map((_, partition) => partition);
  return partitions.toSorted((one, other) => (places[other]?.row ?? 0) - (places[one]?.row ?? 0));
}
