// The reading that all live tails share: every partition from where it stood when the first tail came, each record decoded once.
import { setTimeout as wait } from 'node:timers/promises';
import type { BusReader, BusRecord, Offset } from '@sazabi/bus';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import { viewRows } from '@sazabi/log-store';
import { TAIL_READ_BYTES_MAX, TAIL_READ_RECORDS_MAX, TAIL_READ_RETRY_MS, TAIL_READ_WAIT_MS } from '../limits.ts';
import type { Audience } from './audience.ts';
import type { MatchBudget } from './match-budget.ts';
import { idOf, idWithin, type Place, type Position, writeId } from './position.ts';
import { openShownRows, visitRows } from './record-rows.ts';
import type { SeenIds } from './seen-ids.ts';
import type { Slices } from './slices.ts';

export interface LiveReader {
  readonly reader: BusReader;
  position(): Position;
  id(): string;
  /** Runs the work between two records: nothing is read on meanwhile. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface LiveParts {
  readonly audience: Audience;
  readonly budget: Pick<MatchBudget, 'renew'>;
  readonly seen: SeenIds;
  readonly slices: Slices;
  readonly logger: Logger;
  /** Records were deleted before they were read: those that were appended in this time (milliseconds since 1970). */
  readonly gone: (fromMs: number, toMs: number) => void;
}

/** Begins with the next record of each partition. @throws BusError 'unavailable' */
export async function startLiveReader(reader: BusReader, parts: LiveParts): Promise<LiveReader> {
  const { audience, budget, seen, slices, logger } = parts;
  const closing = new AbortController();
  const partitions = Array.from({ length: reader.partitions }, (_, partition) => partition);
  const places: Place[] = await Promise.all(
    partitions.map(async (partition) => ({ offset: (await reader.extent(partition)).next, row: 0 })),
  );
  let atMs = Date.now();
  const exclusive = createTurns();

  const show = async (record: BusRecord): Promise<void> => {
    const { partition, offset } = record;
    await slices.begin('live');
    const shown = await openShownRows(record, seen, Date.now());
    if (shown === null) return;
    places[partition] = { offset, row: 0 };
    const id = idOf(
      places.map((place) => place.offset),
      record.appendedAtMs,
    );
    const view = viewRows(shown.rows);
    await visitRows(shown, 0, {
      slices,
      kind: 'live',
      *row(row) {
        yield* audience.show(view, idWithin(id, partition, row + 1));
        places[partition] = { offset, row: row + 1 };
      },
      endSlice() {
        audience.flush();
        return !closing.signal.aborted;
      },
    });
  };
  const take = async (record: BusRecord): Promise<void> => {
    if (closing.signal.aborted) return;
    const { partition, offset } = record;
    const expected = places[partition]?.offset ?? 0;
    if (isGap(expected, offset) && (await reader.extent(partition)).earliest > expected)
      parts.gone(atMs, record.appendedAtMs);
    await show(record).catch((error: unknown) => {
      // Whoever stores it sees the same, and keeps it for the operator.
      logger.warn(
        { event: 'tail_record_unreadable', partition, offset, reason: safeMessage(error) },
        'A record cannot be read.',
      );
    });
    places[partition] = { offset: offset + 1, row: 0 };
    atMs = Math.max(atMs, record.appendedAtMs);
  };
  /** Partitions whose records wait to be shown. */
  let busy = 0;
  const takeAll = async (records: readonly BusRecord[]): Promise<void> => {
    if (busy === 0 && !isFull(records)) budget.renew();
    busy += 1;
    try {
      for (const record of records) await exclusive(() => take(record));
    } finally {
      busy -= 1;
    }
  };
  const outages = createOutages(logger);
  const follow = async (partition: number): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const from = places[partition]?.offset ?? 0;
        const records = await reader.read(partition, from, { ...READ, signal: closing.signal });
        outages.over(partition);
        await takeAll(records);
      } catch (error) {
        if (closing.signal.aborted) return;
        outages.failed(partition, error);
        await wait(TAIL_READ_RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  const following = partitions.map(follow);
  const position = () => ({ places, atMs });
  return {
    reader,
    position,
    id: () => writeId(position()),
    exclusive,
    async close() {
      closing.abort();
      await reader.close();
      await Promise.all(following);
    },
  };
}

/** Offsets grow not by one alone; and where nothing was ever appended, no offset is known before the first record. */
function isGap(expected: Offset, offset: Offset): boolean {
  return expected > 0 && offset > expected;
}

/** Then there may be more at once: the reading is behind. */
function isFull(records: readonly BusRecord[]): boolean {
  const bytes = records.reduce((sum, { value }) => sum + value.byteLength, 0);
  return records.length >= READ.recordsMax || bytes >= READ.bytesMax / 2;
}

const READ = { bytesMax: TAIL_READ_BYTES_MAX, recordsMax: TAIL_READ_RECORDS_MAX, waitMs: TAIL_READ_WAIT_MS };

/** One after the other, in the order of asking. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** A line when the bus goes away, and one when every partition is read again. */
function createOutages(logger: Logger) {
  const away = new Set<number>();
  return {
    failed(partition: number, error: unknown) {
      if (away.size === 0)
        logger.warn({ event: 'tail_bus_away', reason: safeMessage(error) }, 'The bus cannot be read: live tails wait.');
      away.add(partition);
    },
    over(partition: number) {
      if (!away.delete(partition) || away.size > 0) return;
      logger.info({ event: 'tail_bus_back' }, 'The bus is read again: live tails go on.');
    },
  };
}
