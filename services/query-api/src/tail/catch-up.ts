// A tail that comes back: it reads for itself, at its reader's pace, from where it was cut to where the live tails are, and joins
// them without a gap or a repeat.
import { setTimeout as wait } from 'node:timers/promises';
import type { BusReader, BusRecord } from '@sazabi/bus';
import { viewRows } from '@sazabi/log-store';
import {
  TAIL_CATCH_UP_BYTES_MAX,
  TAIL_CATCH_UP_WAITING_BYTES,
  TAIL_JOIN_BYTES_MAX,
  TAIL_READ_RECORDS_MAX,
  TAIL_READ_RETRY_MS,
} from '../limits.ts';
import { isFor, type Listener } from './audience.ts';
import { logEvent } from './events.ts';
import type { LiveReader } from './live-reader.ts';
import { idOf, idWithin, type Place, type Position, writeId } from './position.ts';
import { openShownRows, visitRows } from './record-rows.ts';
import type { SeenIds } from './seen-ids.ts';
import { createJoinedEvents } from './tail-output.ts';

export interface CatchUpParts {
  readonly listener: Listener;
  readonly live: LiveReader;
  readonly seen: SeenIds;
  /** Called in the moment in which it stands where the live tails do. */
  readonly join: () => void;
  /** Records are gone that it has not read: those appended in this time (milliseconds since 1970). */
  readonly gone: (fromMs: number, toMs: number) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

export interface CatchUp {
  id(): string;
  /** Resolves when it has joined or its reader has gone. */
  run(): Promise<void>;
}

/** Nothing is read before `run`. */
export function createCatchUp(from: Position, { listener, live, seen, join, gone, failed }: CatchUpParts): CatchUp {
  const { output } = listener;
  const { reader } = live;
  let places: Place[] = [...from.places];
  let { atMs } = from;
  let isPlaced = false;

  const show = async (record: BusRecord, first: number, isWaiting: boolean): Promise<void> => {
    const { partition, offset } = record;
    const shown = await openShownRows(record, seen, Date.now());
    if (shown === null) return;
    places[partition] = { offset, row: first };
    const id = idOf(
      places.map((place) => place.offset),
      record.appendedAtMs,
    );
    const view = viewRows(shown.rows);
    const visit = (row: number) => {
      if (isFor(listener, view) && listener.matches(view))
        output.take(logEvent(idWithin(id, partition, row + 1), view.toLogRow()));
      places[partition] = { offset, row: row + 1 };
    };
    const afterSlice = async () => {
      output.flush(createJoinedEvents());
      if (isWaiting) await output.drained(TAIL_CATCH_UP_WAITING_BYTES);
    };
    await visitRows(shown, first, visit, afterSlice);
  };
  /** Reads on in one partition, not past the live tails; tells how many bytes of records it read. */
  const step = async (partition: number, bytesMax: number, isWaiting: boolean): Promise<number> => {
    const place = places[partition];
    const end = live.position().places[partition]?.offset ?? 0;
    if (place === undefined || place.offset >= end) return 0;
    const records = await reader.read(partition, place.offset, {
      bytesMax,
      recordsMax: TAIL_READ_RECORDS_MAX,
      waitMs: 0,
    });
    const [first] = records;
    if (first?.offset !== place.offset) await pass(partition, place.offset, first);
    let bytes = 0;
    for (const record of records) {
      if (record.offset >= end || !output.isOpen()) break;
      const done = record.offset === place.offset ? place.row : 0;
      await show(record, done, isWaiting).catch(failed);
      places[partition] = { offset: record.offset + 1, row: 0 };
      atMs = record.appendedAtMs;
      bytes += record.value.byteLength;
    }
    return bytes;
  };
  /** The record that it stands at is not there: never was, or is gone. */
  const pass = async (partition: number, offset: number, first: BusRecord | undefined): Promise<void> => {
    const { earliest } = await reader.extent(partition);
    if (earliest <= offset) return;
    places[partition] = { offset: earliest, row: 0 };
    await gone(atMs, first?.appendedAtMs ?? Date.now());
  };
  const stepAll = async (bytesMax: number, isWaiting: boolean): Promise<number> => {
    let bytes = 0;
    for (const partition of inOrder(places)) bytes += await step(partition, bytesMax, isWaiting);
    return bytes;
  };
  const stands = () =>
    places.every(({ offset, row }, at) => row === 0 && offset === live.position().places[at]?.offset);
  const tryJoin = () =>
    live.exclusive(async () => {
      if (!output.isOpen()) return true;
      // What came since the last step, and no more: the others wait meanwhile.
      await stepAll(TAIL_JOIN_BYTES_MAX, false);
      if (!stands()) return false;
      join();
      return true;
    });
  const advance = async (): Promise<boolean> => {
    if (!isPlaced) places = await placed(reader, from.places, () => gone(atMs, Date.now()));
    isPlaced = true;
    await output.drained(TAIL_CATCH_UP_WAITING_BYTES);
    if ((await stepAll(TAIL_CATCH_UP_BYTES_MAX, true)) > TAIL_JOIN_BYTES_MAX) return false;
    if (await tryJoin()) return true;
    // Ahead of this process's reading, as where another one gave the id; or it is busy.
    await wait(TAIL_READ_RETRY_MS);
    return false;
  };
  return {
    id: () => writeId({ places, atMs }),
    async run() {
      while (output.isOpen()) {
        try {
          if (await advance()) return;
        } catch (error) {
          failed(error);
          await wait(TAIL_READ_RETRY_MS);
        }
      }
    },
  };
}

/** A partition within a record comes first: at most one may stand so at a time. */
function inOrder(places: readonly Place[]): readonly number[] {
  const partitions = places.map((_, partition) => partition);
  return partitions.toSorted((one, other) => (places[other]?.row ?? 0) - (places[one]?.row ?? 0));
}

/** The places for the partitions that there are: new ones from their earliest; past the end, a topic was made anew. */
async function placed(reader: BusReader, given: readonly Place[], gone: () => Promise<void>): Promise<Place[]> {
  const places: Place[] = [];
  let isAnew = false;
  for (let partition = 0; partition < reader.partitions; partition++) {
    const { earliest, next } = await reader.extent(partition);
    const place = given[partition];
    const isPast = place !== undefined && place.offset > next;
    isAnew ||= isPast;
    places.push(place === undefined || isPast ? { offset: earliest, row: 0 } : place);
  }
  if (isAnew) await gone();
  return places;
}
