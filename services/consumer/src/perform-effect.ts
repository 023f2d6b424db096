// Does what the partition machine asks: each effect against the bus or the log store, its outcome as a value.
import { type BusDeadLetters, BusError, type OwnedPartition } from '@sazabi/bus';
import { largeLogBytesOf } from '@sazabi/log-record';
import {
  findTombstone,
  ingestFailure,
  insertFrames,
  insertTombstone,
  lookUp,
  putDeadLetters,
  takeBackDeadLetters,
} from '@sazabi/log-store/ingest';
import type { Effect, EffectOf, Failed, Outcome } from './core/effects.ts';
import { rowsOf } from './core/range.ts';
import { lettersOf } from './letters-of.ts';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';
import { pauseFor } from './pause-for.ts';
import { readRange } from './range-reader.ts';
import type { PartitionStore } from './shards.ts';
import type { Workload } from './workload.ts';

export interface Parts {
  readonly owned: OwnedPartition;
  readonly deadLetters: BusDeadLetters;
  readonly store: PartitionStore;
  readonly workload: Workload;
  /** Cuts off what is under way in the store. */
  readonly cutOff: AbortSignal;
}

/** What another replica of the shard may not have. */
const MAY_BE_THE_SERVER: ReadonlySet<Failed['failure']> = new Set(['wait', 'no-answer']);

/** Performs one effect. Failures of store and bus are outcomes; anything thrown is a bug. */
export async function performEffect(effect: Effect, parts: Parts): Promise<Outcome> {
  try {
    return await attempt(effect, parts);
  } catch (error) {
    const failed = failureOf(error);
    if (!(error instanceof BusError) && MAY_BE_THE_SERVER.has(failed.failure)) parts.store.moveOn();
    return { kind: 'failed', ...failed };
  }
}

function failureOf(error: unknown): Omit<Failed, 'kind'> {
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  if (!(error instanceof BusError)) return ingestFailure(error);
  return { failure: 'wait', code: `bus ${error.failure}`, reason: error.message };
}

async function attempt(effect: Effect, parts: Parts): Promise<Outcome> {
  const { owned, cutOff } = parts;
  const store = parts.store.target();
  switch (effect.kind) {
    case 'position':
      return { kind: 'position', next: await owned.committed() };
    case 'read':
      return { kind: 'read', items: await read(effect, parts) };
    case 'bury':
      for (const { source, reason } of effect.items) await parts.deadLetters.append(source, reason);
      return { kind: 'bury' };
    case 'look-up':
      return { kind: 'look-up', ...(await lookUp(store, effect.records, effect.session, cutOff)) };
    case 'insert': {
      const startedAtMs = performance.now();
      await insertFrames(store, framesOf(effect), cutOff);
      // Not before: an insert that fails comes again.
      const large = effect.insert.records.reduce((sum, { source }) => sum + largeLogBytesOf(source.headers), 0);
      if (large > 0) parts.store.largeLogsCome(large);
      parts.workload.inserted(rowsOf(effect.insert.records), performance.now() - startedAtMs);
      return { kind: 'insert' };
    }
    case 'dead-letter':
      await putDeadLetters(store, lettersOf(effect.record, effect.reason), effect.token, cutOff);
      return { kind: 'dead-letter' };
    case 'take-back':
      await takeBackDeadLetters(store, effect.record.id, cutOff);
      return { kind: 'take-back' };
    case 'tombstone': {
      const { id, day } = effect.record;
      await insertTombstone(store, { session: effect.session, token: effect.token, id, day }, cutOff);
      return { kind: 'tombstone' };
    }
    case 'find-tombstone':
      return { kind: 'find-tombstone', found: await findTombstone(store, effect.record, cutOff) };
    case 'commit':
      await owned.commit(effect.next);
      return { kind: 'commit' };
    case 'wait':
      await pauseFor(Math.min(BACKOFF_FIRST_MS * 2 ** (effect.attempt - 1), BACKOFF_MAX_MS), owned.lost);
      return { kind: 'wait' };
  }
}

function read(effect: EffectOf<'read'>, { owned, workload }: Parts) {
  const readNow = () => readRange(owned, effect, (waiting) => workload.gatherMs(waiting));
  return effect.patience === 'idle' ? workload.resting(readNow) : readNow();
}

function framesOf({ session, token, insert }: EffectOf<'insert'>) {
  const frames = insert.records.map(({ source }) => source.value);
  return { session, token, frames, knownRequestIds: insert.knownRequestIds };
}
