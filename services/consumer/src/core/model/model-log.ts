// The model's bus partition: an append-only log with records twice, records nobody can decode, and requests that repeat.
import type { BusRecord, Offset } from '@sazabi/bus';
import type { RangeItem, StorableRecord } from '../range.ts';
import type { Random } from './random.ts';

/**
 * `refused`: always. `sometimes`: refused by chance. `kills`: the server dies of it. `hollow`: taken, and nothing comes of it
 * (a frame that is cut short decompresses to nothing, without an error).
 */
export type Poison = 'none' | 'refused' | 'sometimes' | 'kills' | 'hollow';

export interface ModelRecord {
  readonly record: Omit<StorableRecord, 'offset' | 'source'>;
  readonly poison: Poison;
}

export interface ModelLog {
  readonly items: RangeItem[];
  readonly records: Map<string, ModelRecord>;
  readonly buried: Set<Offset>;
  committed: Offset | null;
  /** The highest offset ever committed. */
  committedMax: Offset;
}

const REQUEST_IDS = ['r1', 'r2', 'r3', 'r4'] as const;
const POISONS: readonly [Poison, ...Poison[]] = [
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'refused',
  'sometimes',
  'kills',
  'hollow',
];

export function createLog(): ModelLog {
  return { items: [], records: new Map(), buried: new Set(), committed: null, committedMax: 0 };
}

/** Appends something: a new record, one that is there already, or one that is not to be stored. Offsets have gaps. */
export function appendAny(log: ModelLog, random: Random): void {
  const offset = (log.items.at(-1)?.offset ?? -1) + 1 + random.int(2);
  const source = sourceAt(offset);
  const known = [...log.records.values()];
  const [again] = known.length > 0 ? [known[random.int(known.length)]] : [];
  if (again !== undefined && random.chance(0.25)) {
    log.items.push({ kind: 'record', offset, record: { ...again.record, offset, source } });
  } else if (random.chance(0.06)) {
    log.items.push({ kind: 'undecodable', offset, source, reason: 'checksum' });
  } else if (random.chance(0.04)) {
    log.items.push({ kind: 'expired', offset });
  } else {
    const fresh = newRecord(`b${log.records.size}`, random);
    log.records.set(fresh.record.id, fresh);
    log.items.push({ kind: 'record', offset, record: { ...fresh.record, offset, source } });
  }
}

function newRecord(id: string, random: Random): ModelRecord {
  const requestIds = random.chance(0.55) ? REQUEST_IDS.filter(() => random.chance(0.4)) : [];
  const ownRows = requestIds.length === 0 || random.chance(0.5) ? 2 : 0;
  const rows = ownRows + requestIds.length * 2;
  return { record: { id, day: 100 + random.int(2), rows, ownRows, requestIds }, poison: random.pick(POISONS) };
}

function sourceAt(offset: Offset): BusRecord {
  return { partition: 0, offset, appendedAtMs: 0, headers: new Map(), value: new Uint8Array(0) };
}
