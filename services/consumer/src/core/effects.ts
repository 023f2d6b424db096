// What the partition machine asks of the world and what it is told: effects out, outcomes in. Types only.
import type { Offset } from '@sazabi/bus';
import type { IngestFailure } from '@sazabi/log-store/ingest';
import type { RangeItem, StorableRecord, UndecodableItem } from './range.ts';

/** UUID text of a record (`batch_id`) or of a request that came with an `Idempotency-Key`. */
export type Id = string;

/** A named session of the log store, opened by a look-up; after a restart of the server or a stall it is refused. */
export type SessionId = string;

/**
 * Why an effect was not achieved; the log store's failures are told apart in `@sazabi/log-store/ingest`, the bus's all `wait`.
 * `refused`: for what the rows are, and it would be again. `too-large`: not at once; fewer rows may pass. `wait`: a state
 * that passes or that an operator mends. `no-answer`: it may have been done, and may yet be. `session-gone`: the look-up
 * that this rests on is out of date.
 */
export interface Failed extends IngestFailure {
  readonly kind: 'failed';
}

/** One insert: whole records of one day, in order, as one part. */
export interface PlannedInsert {
  readonly day: number;
  readonly records: readonly [StorableRecord, ...StorableRecord[]];
  /** Request ids in these records that are stored already: their rows are left out. */
  readonly knownRequestIds: readonly Id[];
}

interface Questions {
  /** The committed offset. */
  position: object;
  /**
   * The next range. `idle`: waits for a first record, then takes what is there; `gather`: waits a moment for more to come;
   * `now`: takes what is there. May be empty.
   */
  read: { readonly from: Offset | null; readonly recordsMax: number; readonly patience: 'idle' | 'gather' | 'now' };
  /** Keeps records that nobody can decode in the bus's dead letters; the same one twice is kept once. */
  bury: { readonly items: readonly UndecodableItem[] };
  /** Which ids of these records are stored. `session`: null opens a new one, else it must still be there. */
  'look-up': { readonly records: readonly StorableRecord[]; readonly session: SessionId | null };
  insert: { readonly session: SessionId; readonly token: string; readonly insert: PlannedInsert };
  'dead-letter': { readonly record: StorableRecord; readonly reason: string; readonly token: string };
  'take-back': { readonly record: StorableRecord };
  tombstone: { readonly session: SessionId; readonly token: string; readonly record: StorableRecord };
  'find-tombstone': { readonly record: StorableRecord };
  commit: { readonly next: Offset };
  /** Backs off; `attempt` counts failures since the last commit, from 1. */
  wait: { readonly attempt: number; readonly because: Failed };
}

interface Answers {
  position: { readonly next: Offset | null };
  read: { readonly items: readonly RangeItem[] };
  bury: object;
  'look-up': LookUp;
  insert: object;
  'dead-letter': object;
  'take-back': object;
  tombstone: object;
  'find-tombstone': { readonly found: boolean };
  commit: object;
  wait: object;
}

export interface LookUp {
  readonly session: SessionId;
  /** Ids with rows (or a tombstone) in `logs`. */
  readonly known: ReadonlySet<Id>;
  /** Records with a row in `dead_letters`. */
  readonly deadLettered: ReadonlySet<Id>;
}

export type EffectKind = keyof Questions;
export type EffectOf<K extends EffectKind> = { readonly kind: K } & Questions[K];
export type AnswerTo<K extends EffectKind> = { [P in K]: { readonly kind: P } & Answers[P] }[K];
export type Effect = { [K in EffectKind]: EffectOf<K> }[EffectKind];
export type Outcome = AnswerTo<EffectKind> | Failed;

/** A machine: yields an effect, is resumed with its outcome. Pure: no clock, no I/O, no randomness. */
export type Machine<T> = Generator<Effect, T, Outcome>;

/** Yields one effect and gives its outcome, typed by the effect's kind: the check below is what makes that true. */
export function perform<K extends EffectKind>(effect: EffectOf<K>): Machine<AnswerTo<K> | Failed>;
export function* perform(effect: Effect): Machine<Outcome> {
  const outcome = yield effect;
  if (outcome.kind === 'failed' || outcome.kind === effect.kind) return outcome;
  throw new Error(`Effect ${effect.kind} was answered with ${outcome.kind}`);
}

export function hasFailed(outcome: { readonly kind: string }): outcome is Failed {
  return outcome.kind === 'failed';
}
