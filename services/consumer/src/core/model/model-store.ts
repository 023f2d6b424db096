// A ClickHouse that has exactly the properties the protocol relies on, and no other.
import { UNANSWERED_MAX } from '../../limits.ts';
import type { StorableRecord } from '../range.ts';
import type { Ablation } from './ablation.ts';
import { check } from './check.ts';
import type { ModelLog } from './model-log.ts';
import type { Random } from './random.ts';

/** `wait`: a state of the server that says nothing of the insert, which may land yet (a quorum that was not reached in time). */
export type Verdict = 'landed' | 'refused' | 'no-answer' | 'wait';

/** An insert that the server has admitted and that lands some time, or never. */
export interface Job {
  readonly session: string;
  readonly token: string;
  /** Null: a tombstone of the first record. */
  readonly knownRequestIds: readonly string[] | null;
  readonly records: readonly StorableRecord[];
  /** Told how it went; a job whose client is gone, or has given up waiting, tells nobody. */
  answer: ((verdict: Verdict) => void) | null;
}

export interface ModelStore {
  readonly ablation: Ablation;
  /** Parts that hold rows of an id: of a record its own rows, of a request its. */
  readonly partsOf: Map<string, number>;
  /** Records of which a part holds anything but a tombstone. */
  readonly storedFrom: Set<string>;
  readonly tombstones: Set<string>;
  readonly deadLetters: Set<string>;
  readonly tokens: Set<string>;
  readonly sessions: Set<string>;
  jobs: Job[];
  /** Per record: inserts of it alone that were left without an answer. */
  readonly unanswered: Map<string, number>;
  sessionCount: number;
  /** For `look-up-lags`: what was known before the last insert landed. */
  before: ReadonlySet<string>;
}

export function createStore(ablation: Ablation): ModelStore {
  return {
    ablation,
    partsOf: new Map(),
    storedFrom: new Set(),
    tombstones: new Set(),
    deadLetters: new Set(),
    tokens: new Set(),
    sessions: new Set(),
    jobs: [],
    unanswered: new Map(),
    sessionCount: 0,
    before: new Set(),
  };
}

/** Ids that the projection tells: those with rows, and records with a tombstone. */
export function knownIds(store: ModelStore): Set<string> {
  return new Set([...store.partsOf.keys(), ...store.tombstones]);
}

/** Whether an insert of this session is taken now. */
export function admits(store: ModelStore, session: string): boolean {
  return store.sessions.has(session) || store.ablation === 'no-session-check';
}

/** One job comes to its end: of all with one token the first leaves its rows, all at once. */
export function land(store: ModelStore, log: ModelLog, job: Job, random: Random): void {
  store.jobs = store.jobs.filter((other) => other !== job);
  const verdict = job.knownRequestIds === null ? 'landed' : judge(log, job, random);
  if (verdict === 'no-answer') restart(store, log, random);
  const forgotten = store.ablation === 'tokens-forgotten' && random.chance(0.5);
  if (verdict === 'landed' && (forgotten || !store.tokens.has(job.token))) leaveRows(store, log, job, random);
  job.answer?.(verdict);
}

/** What the server makes of the records before any token counts. */
function judge(log: ModelLog, { records }: Job, random: Random): Verdict {
  const poisons = records.map(({ id }) => log.records.get(id)?.poison);
  if (poisons.includes('refused') || (poisons.includes('sometimes') && random.chance(0.7))) return 'refused';
  return poisons.includes('kills') ? 'no-answer' : 'landed';
}

function leaveRows(store: ModelStore, log: ModelLog, job: Job, random: Random): void {
  store.before = knownIds(store);
  if (job.knownRequestIds === null) {
    bury(store, log, job.records[0]);
    store.tokens.add(job.token);
    return;
  }
  // A client that died while it was sending may leave a shorter insert, of whole records.
  const cut = job.answer === null && random.chance(0.3) ? 1 + random.int(job.records.length) : job.records.length;
  const filled = job.records.slice(0, cut).filter(({ id }) => log.records.get(id)?.poison !== 'hollow');
  for (const record of filled) storeRows(store, record, new Set(job.knownRequestIds), random);
  // An insert of no rows makes no part, and whether its token is remembered is the server's business.
  if (filled.length > 0 || random.chance(0.5)) store.tokens.add(job.token);
}

function bury(store: ModelStore, log: ModelLog, record: StorableRecord | undefined): void {
  check(record !== undefined, 'a tombstone has a record');
  check(!store.storedFrom.has(record.id), `${record.id} is stored and buried`);
  check(!store.tombstones.has(record.id), `${record.id} is buried twice`);
  check(store.deadLetters.has(record.id), `${record.id} is buried without a dead letter`);
  const suspected = (store.unanswered.get(record.id) ?? 0) >= UNANSWERED_MAX;
  check(suspected || log.records.get(record.id)?.poison !== 'none', `${record.id} is buried without cause`);
  store.tombstones.add(record.id);
}

function storeRows(store: ModelStore, record: StorableRecord, without: ReadonlySet<string>, random: Random): void {
  const ids = record.requestIds.filter((id) => !without.has(id));
  if (record.ownRows > 0) ids.push(record.id);
  const left = store.ablation === 'partial-insert' && random.chance(0.3) ? ids.slice(0, -1) : ids;
  if (left.length > 0) {
    check(!store.tombstones.has(record.id), `${record.id} is buried and stored`);
    store.storedFrom.add(record.id);
  }
  for (const id of left) {
    check(!store.partsOf.has(id), `rows of ${id} are stored twice, now with ${record.id}`);
    store.partsOf.set(id, 1);
  }
}

/**
 * The server dies and is back. Inserts under way are lost, some of them after their token was written; tokens may be lost
 * (they are not synced); sessions are gone.
 */
export function restart(store: ModelStore, log: ModelLog, random: Random): void {
  const jobs = store.jobs;
  store.jobs = [];
  for (const job of jobs) {
    if (random.chance(0.3)) {
      const landsUnanswered = { ...job, answer: null };
      if (!job.records.some(({ id }) => log.records.get(id)?.poison !== 'none'))
        land(store, log, landsUnanswered, random);
    } else if (random.chance(0.4)) {
      store.tokens.add(job.token);
    }
    job.answer?.('no-answer');
  }
  if (random.chance(0.4)) store.tokens.clear();
  store.sessions.clear();
}

/** A day passes: nothing that was under way is any more, no session lives, and the window of tokens has gone by. */
export function letADayPass(store: ModelStore, log: ModelLog, random: Random): void {
  while (store.jobs[0] !== undefined) land(store, log, store.jobs[0], random);
  store.sessions.clear();
  store.tokens.clear();
}
