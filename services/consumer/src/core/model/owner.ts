// One consumer of the model: a machine and the effect it waits for. Effects are carried out in one step and answered in another.
import type { Offset } from '@sazabi/bus';
import type { Effect, EffectOf, Failed, Machine, Outcome } from '../effects.ts';
import { servePartition } from '../partition-machine.ts';
import type { RangeItem, StorableRecord } from '../range.ts';
import { check } from './check.ts';
import { disguise, disguisedIds, undisguise } from './disguise.ts';
import type { ModelLog } from './model-log.ts';
import { admits, type Job, knownIds, type ModelStore } from './model-store.ts';
import type { Random } from './random.ts';

export interface Owner {
  readonly name: string;
  readonly machine: Machine<never>;
  effect: Effect;
  /** Set once the effect was carried out. */
  outcome: Outcome | null;
  /** The insert it waits for. */
  job: Job | null;
  /** For `answer-is-proof`: ids in inserts that were answered. */
  readonly trusted: Set<string>;
  /** For `tokens-outlive-sessions`: per record the furthest token that was used. */
  readonly furthest: Map<string, number>;
}

export interface World {
  readonly log: ModelLog;
  readonly store: ModelStore;
  readonly random: Random;
  /** Faults happen; off while the scenario comes to rest. */
  faults: boolean;
}

export function startOwner(name: string): Owner {
  const machine = servePartition();
  const first = machine.next();
  check(first.done !== true, 'a machine never ends');
  return { name, machine, effect: first.value, outcome: null, job: null, trusted: new Set(), furthest: new Map() };
}

/** Whether nothing is left to do for it: it waits for a first record and there is none. */
export function isIdle(owner: Owner, { log }: World): boolean {
  const { effect } = owner;
  if (effect.kind !== 'read' || effect.patience !== 'idle' || owner.outcome !== null) return false;
  return available(log, effect.from).length === 0;
}

/** One step: hands the outcome to the machine, or carries the effect out. */
export function advance(owner: Owner, world: World): void {
  if (owner.outcome !== null) {
    const next = owner.machine.next(owner.outcome);
    check(next.done !== true, 'a machine never ends');
    owner.effect = next.value;
    owner.outcome = null;
    owner.job = null;
  } else if (owner.job === null && !isIdle(owner, world)) {
    carryOut(owner, world);
  }
}

function failed(failure: Failed['failure']): Failed {
  return { kind: 'failed', failure, code: failure, reason: failure };
}

function carryOut(owner: Owner, world: World): void {
  const { effect } = owner;
  const { log, store, random } = world;
  if (world.faults && effect.kind !== 'wait' && random.chance(0.03)) {
    owner.outcome = failed(effect.kind === 'insert' && random.chance(0.3) ? 'too-large' : 'wait');
    return;
  }
  switch (effect.kind) {
    case 'position':
      owner.outcome = { kind: 'position', next: log.committed };
      return;
    case 'read':
      owner.outcome = { kind: 'read', items: readSome(effect, world) };
      return;
    case 'bury':
      for (const { offset } of effect.items) log.buried.add(offset);
      owner.outcome = { kind: 'bury' };
      return;
    case 'look-up':
      owner.outcome = lookUp(owner, effect, world);
      return;
    case 'insert':
    case 'tombstone':
      begin(owner, effect, world);
      return;
    case 'dead-letter':
      store.deadLetters.add(effect.record.id);
      owner.outcome = { kind: 'dead-letter' };
      return;
    case 'take-back':
      check(!store.tombstones.has(effect.record.id), `the dead letter of ${effect.record.id}, buried, is taken back`);
      store.deadLetters.delete(effect.record.id);
      owner.outcome = { kind: 'take-back' };
      return;
    case 'find-tombstone':
      owner.outcome = { kind: 'find-tombstone', found: store.tombstones.has(effect.record.id) };
      return;
    case 'commit':
      commit(effect.next, world);
      owner.outcome = { kind: 'commit' };
      return;
    case 'wait':
      owner.outcome = { kind: 'wait' };
  }
}

function available(log: ModelLog, from: Offset | null): readonly RangeItem[] {
  return log.items.filter(({ offset }) => offset >= (from ?? 0));
}

function readSome(
  { from, recordsMax, patience }: EffectOf<'read'>,
  { log, store, random }: World,
): readonly RangeItem[] {
  const there = available(log, from);
  const least = patience === 'idle' ? 1 : 0;
  const items = there.slice(0, Math.min(recordsMax, least + random.int(there.length + 1)));
  return store.ablation === 'no-cut' ? items.map(disguise) : items;
}

function lookUp(owner: Owner, { records, session }: EffectOf<'look-up'>, { store, random }: World): Outcome {
  if (session !== null && !store.sessions.has(session)) return failed('session-gone');
  const name = session ?? `s${++store.sessionCount}`;
  store.sessions.add(name);
  const lags = store.ablation === 'look-up-lags' && random.chance(0.2);
  const stored = lags ? store.before : knownIds(store);
  if (store.ablation === 'answer-is-proof') for (const id of owner.trusted) (stored as Set<string>).add(id);
  const known = store.ablation === 'no-cut' ? disguisedIds(records, stored) : stored;
  return { kind: 'look-up', session: name, known, deadLettered: new Set(store.deadLetters) };
}

function begin(owner: Owner, effect: EffectOf<'insert'> | EffectOf<'tombstone'>, { store }: World): void {
  if (!admits(store, effect.session)) {
    owner.outcome = failed('session-gone');
    return;
  }
  const records: readonly StorableRecord[] =
    effect.kind === 'insert' ? effect.insert.records.map(undisguise) : [effect.record];
  const job: Job = {
    session: effect.session,
    token: tokenUsed(owner, effect, records, store),
    records,
    knownRequestIds:
      effect.kind === 'insert' ? effect.insert.knownRequestIds.map((id) => id.split('@')[0] ?? id) : null,
    answer(verdict) {
      if (owner.job !== job || owner.outcome !== null) return;
      owner.outcome = verdict === 'landed' ? { kind: effect.kind } : failed(verdict);
      if (verdict === 'landed') trust(owner, records);
      if (verdict === 'no-answer') countUnanswered(store, records);
    },
  };
  owner.job = job;
  store.jobs.push(job);
}

function trust(owner: Owner, records: readonly StorableRecord[]): void {
  for (const { id, requestIds } of records) for (const own of [id, ...requestIds]) owner.trusted.add(own);
}

/** Inserts of one record alone that got no answer: what gives a right to suspect it. */
function countUnanswered({ unanswered }: ModelStore, [record, ...others]: readonly StorableRecord[]): void {
  if (record === undefined || others.length > 0) return;
  unanswered.set(record.id, (unanswered.get(record.id) ?? 0) + 1);
}

function tokenUsed(
  owner: Owner,
  effect: EffectOf<'insert'> | EffectOf<'tombstone'>,
  records: readonly StorableRecord[],
  { ablation }: ModelStore,
): string {
  const { token } = effect;
  if (ablation === 'token-is-extent') return `${token}..${records.at(-1)?.id}`;
  if (ablation === 'tombstone-token' && effect.kind === 'tombstone') return `tombstone ${token}`;
  if (ablation !== 'tokens-outlive-sessions') return token;
  const [id = '', spent = '0'] = token.split('#');
  const furthest = Math.max(Number(spent), owner.furthest.get(id) ?? 0);
  owner.furthest.set(id, furthest);
  return furthest === 0 ? id : `${id}#${furthest}`;
}

/** Never committed without being stored or dead-lettered. */
function commit(next: Offset, { log, store }: World): void {
  for (const item of log.items.filter(({ offset }) => offset < next)) {
    if (item.kind === 'undecodable')
      check(log.buried.has(item.offset), `${item.offset} is committed and in no dead letter`);
    if (item.kind === 'record') checkSettled(item.record, store);
  }
  log.committed = next;
  log.committedMax = Math.max(log.committedMax, next);
}

/** @throws Violation unless each row of the record is stored, or the record is buried with a dead letter */
export function checkSettled({ id, ownRows, requestIds }: StorableRecord, store: ModelStore): void {
  if (store.tombstones.has(id)) {
    check(store.deadLetters.has(id), `${id} is buried and in no dead letter`);
    return;
  }
  check(ownRows === 0 || store.partsOf.has(id), `${id} is committed and not stored`);
  for (const requestId of requestIds)
    check(store.partsOf.has(requestId), `${requestId} of ${id} is committed and not stored`);
}
