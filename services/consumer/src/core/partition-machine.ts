// One bus partition, served: read a range, ask what of it is stored, insert the rest, ask again, commit. Pure.
import type { Offset } from '@sazabi/bus';
import { RANGE_LIMITS, TOKENS_MAX, UNANSWERED_MAX } from '../limits.ts';
import { type Basis, lookUpAnew, lookUpSpent, tokenOf, tokensSpent } from './basis.ts';
import { buryRecord, takeBackDeadLetters } from './burial.ts';
import { type EffectOf, type Failed, type Id, type Machine, type PlannedInsert, perform } from './effects.ts';
import { insist, type Patience, pause } from './patience.ts';
import { planInserts } from './plan.ts';
import { cutAtRepeat, distinctRecords, isDone, nextOffset, type RangeItem } from './range.ts';

interface PartitionState {
  readonly patience: Patience;
  /** Where a record that cannot be stored is being searched for: ranges up to `until` hold at most `recordsMax`. */
  search: { readonly until: Offset; readonly recordsMax: number } | null;
  /** Since the last commit: inserts that began with this record and got no answer. One that got one clears no other. */
  readonly unanswered: Map<Id, number>;
}

interface StoredRange {
  readonly items: readonly RangeItem[];
  /** The range after it, already looked up in `basis`; may be empty. */
  readonly ahead: readonly RangeItem[];
  readonly basis: Basis | null;
}

interface Trouble {
  readonly insert: PlannedInsert;
  readonly failed: Failed;
}

/**
 * Serves a partition for ever. It remembers nothing that matters: dropped at any step and begun anew by this or another
 * process, even while the first goes on, every record is stored once. Invariant: an offset is committed only after a look-up
 * has found everything before it.
 */
export function* servePartition(): Machine<never> {
  const state: PartitionState = {
    patience: { failures: 0 },
    search: null,
    unanswered: new Map(),
  };
  let { next: position } = yield* insist(state.patience, { kind: 'position' });
  let items: readonly RangeItem[] = [];
  let basis: Basis | null = null;
  for (;;) {
    if (items.length === 0) {
      items = yield* readRange(state, position, 'idle');
      basis = null;
      continue;
    }
    const stored: StoredRange = yield* storeRange(state, items, basis);
    const undecodable = stored.items.filter((item) => item.kind === 'undecodable');
    if (undecodable.length > 0) yield* insist(state.patience, { kind: 'bury', items: undecodable });
    position = nextOffset(stored.items);
    yield* insist(state.patience, { kind: 'commit', next: position });
    state.patience.failures = 0;
    state.unanswered.clear();
    ({ ahead: items, basis } = stored);
  }
}

/** Stores a range, or the beginning of it that is returned. `basis`: a look-up that covers it, where there is one already. */
function* storeRange(state: PartitionState, items: readonly RangeItem[], basis: Basis | null): Machine<StoredRange> {
  for (;;) {
    if (distinctRecords(items).length === 0) return { items, ahead: [], basis: null };
    basis ??= yield* lookUpAnew(state.patience, distinctRecords(items));
    const whole = items;
    items = cutAtRepeat(whole, basis.found.known);
    const records = distinctRecords(items);
    const inserts = planInserts(items, basis.found.known);
    if (inserts.length === 0) {
      yield* takeBackDeadLetters(state.patience, records, basis.found);
      return { items, ahead: [], basis: null };
    }
    const trouble = yield* insertAll(state, inserts, basis);
    if (trouble !== null) {
      items = yield* resolveTrouble(state, items, trouble);
      basis = null;
      continue;
    }
    // One look-up shows both that this range is stored and what of the next one is.
    const moreWaits = items.length < whole.length || state.search !== null;
    const ahead = yield* readRange(state, nextOffset(items), moreWaits ? 'now' : 'gather');
    const after: Basis = yield* lookUpAnew(state.patience, [...records, ...distinctRecords(ahead)]);
    if (records.every((record) => isDone(record, after.found.known))) {
      yield* takeBackDeadLetters(state.patience, records, after.found);
      return { items, ahead, basis: after };
    }
    const missing = inserts.map(({ records: [first] }) => first).filter((first) => !isDone(first, after.found.known));
    basis = missing.length === 0 ? after : yield* lookUpSpent(basis, records, missing);
  }
}

/** Inserts day after day; stops at the first that fails. */
function* insertAll(state: PartitionState, inserts: readonly PlannedInsert[], basis: Basis): Machine<Trouble | null> {
  for (const insert of inserts) {
    const [first] = insert.records;
    if (tokensSpent(basis, first) > TOKENS_MAX) return { insert, failed: NEVER_FOUND };
    const token = tokenOf(basis, first);
    const outcome = yield* perform({ kind: 'insert', session: basis.found.session, token, insert });
    if (outcome.kind === 'failed') return { insert, failed: outcome };
    state.unanswered.delete(first.id);
  }
  return null;
}

const NEVER_FOUND: Failed = {
  kind: 'failed',
  failure: 'refused',
  code: 'never found',
  reason: 'inserts were acknowledged and nothing of them was ever found',
};

/** What to go on with after an insert has failed: the same items, or the first half of them. */
function* resolveTrouble(
  state: PartitionState,
  items: readonly RangeItem[],
  { insert, failed }: Trouble,
): Machine<readonly RangeItem[]> {
  const alone = insert.records.length === 1;
  const [first] = insert.records;
  switch (failed.failure) {
    case 'session-gone':
    case 'wait':
      yield* pause(state.patience, failed);
      return items;
    case 'too-large':
      yield* pause(state.patience, failed);
      return alone ? items : halve(state, items);
    case 'no-answer': {
      const count = (state.unanswered.get(first.id) ?? 0) + 1;
      state.unanswered.set(first.id, count);
      yield* pause(state.patience, failed);
      if (count < UNANSWERED_MAX) return items;
      state.unanswered.delete(first.id);
      break;
    }
    case 'refused':
      break;
  }
  if (!alone) return halve(state, items);
  yield* buryRecord(state.patience, first, failed.reason);
  state.search = null;
  return items;
}

function halve(state: PartitionState, items: readonly RangeItem[]): readonly RangeItem[] {
  const recordsMax = Math.max(1, Math.floor(items.length / 2));
  state.search = { until: nextOffset(items), recordsMax };
  return items.slice(0, recordsMax);
}

function* readRange(
  state: PartitionState,
  from: Offset | null,
  patience: EffectOf<'read'>['patience'],
): Machine<readonly RangeItem[]> {
  if (state.search !== null && from !== null && from >= state.search.until) state.search = null;
  const recordsMax = state.search?.recordsMax ?? RANGE_LIMITS.recordsMax;
  const { items } = yield* insist(state.patience, { kind: 'read', from, recordsMax, patience });
  return items;
}
