// Where a tail that comes back can go on: from its own places, or, where the bus or the age that is promised ends, from the first behind.
import type { BusReader, BusRecord, Offset } from '@sazabi/bus';
import { TAIL_READ_WAIT_MS, TAIL_RESUME_AGE_MS_MAX } from '../limits.ts';
import type { Place } from './position.ts';

export interface KeptPlaces {
  readonly places: Place[];
  /** What was passed over was appended before it (milliseconds since 1970); null: nothing was. */
  readonly goneToMs: number | null;
}

/**
 * A place for each partition that there is: the given one; of new partitions the earliest; where a topic was made anew, so that the
 * given one lies past its end, the earliest too. None lies before what was appended at `oldestMs`.
 */
export async function keptPlaces(
  reader: BusReader,
  given: readonly Place[],
  oldestMs = Date.now() - TAIL_RESUME_AGE_MS_MAX,
): Promise<KeptPlaces> {
  const places: Place[] = [];
  let goneToMs: number | null = null;
  for (let partition = 0; partition < reader.partitions; partition++) {
    const { earliest, next } = await reader.extent(partition);
    const wanted = given[partition];
    const isPast = wanted !== undefined && wanted.offset > next;
    let place = wanted === undefined || isPast || wanted.offset < earliest ? { offset: earliest, row: 0 } : wanted;
    const first = place.offset < next ? await recordAt(reader, partition, place.offset) : undefined;
    const isOld = first !== undefined && first.appendedAtMs < oldestMs;
    if (isOld) place = { offset: await firstSince(reader, partition, [first.offset + 1, next], oldestMs), row: 0 };
    places.push(place);
    if (wanted === undefined || place === wanted) continue;
    const keptFromMs = isPast ? Date.now() : isOld ? oldestMs : (first?.appendedAtMs ?? Date.now());
    goneToMs = Math.max(goneToMs ?? 0, keptFromMs);
  }
  return { places, goneToMs };
}

/** The first offset, or the end, at which nothing is older: found by a few reads, however much there is. */
async function firstSince(
  reader: BusReader,
  partition: number,
  [from, end]: readonly [Offset, Offset],
  sinceMs: number,
): Promise<Offset> {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const record = await recordAt(reader, partition, middle);
    if (record === undefined || record.offset >= high || record.appendedAtMs >= sinceMs) high = middle;
    else low = record.offset + 1;
  }
  return low;
}

/** The one there or the first behind it. */
async function recordAt(reader: BusReader, partition: number, offset: Offset): Promise<BusRecord | undefined> {
  const [record] = await reader.read(partition, offset, { bytesMax: 1, recordsMax: 1, waitMs: TAIL_READ_WAIT_MS });
  return record;
}
