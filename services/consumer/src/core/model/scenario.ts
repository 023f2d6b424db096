// One scenario: two consumers that both believe they own the partition, and everything that may befall them.
import type { Ablation } from './ablation.ts';
import { check } from './check.ts';
import { appendAny, createLog } from './model-log.ts';
import { createStore, land, letADayPass, restart } from './model-store.ts';
import { advance, checkSettled, isIdle, type Owner, startOwner, type World } from './owner.ts';
import { createRandom } from './random.ts';

const APPENDS_MAX = 10;
/** Far more than any scenario needs to come to rest. */
const REST_STEPS_MAX = 20_000;

export interface ScenarioResult {
  readonly steps: number;
  readonly tombstones: number;
  readonly spentTokens: number;
}

/** Runs the scenario that `seed` names: `steps` steps with faults, then on without them until all is at rest. @throws Violation */
export function runScenario(seed: number, steps: number, ablation: Ablation = 'none'): ScenarioResult {
  const random = createRandom(seed);
  const world: World = { log: createLog(), store: createStore(ablation), random, faults: true };
  const owners: [Owner, Owner] = [startOwner('one'), startOwner('two')];
  let appends = 0;
  for (let step = 0; step < steps; step++) {
    const dice = random.int(1000);
    if (dice < 60 && appends < APPENDS_MAX) {
      appends += 1;
      appendAny(world.log, random);
    } else if (dice < 75) {
      replace(owners, random.int(2));
    } else if (dice < 90) {
      restart(world.store, world.log, random);
    } else if (dice < 110) {
      owners[random.int(2) === 0 ? 0 : 1].job?.answer?.(random.chance(0.5) ? 'no-answer' : 'wait');
    } else if (dice < 120) {
      expireSession(world);
    } else if (dice < 123) {
      letADayPass(world.store, world.log, random);
    } else if (dice < 127) {
      world.log.committed = null;
      replace(owners, random.int(2));
    } else if (dice < 320) {
      landAny(world);
    } else {
      advance(random.pick(owners), world);
    }
  }
  const restSteps = comeToRest(owners, world);
  return { steps: steps + restSteps, tombstones: world.store.tombstones.size, spentTokens: spentTokens(world) };
}

/** A consumer dies, what it had under way in the store goes on without it, and another begins. */
function replace(owners: [Owner, Owner], index: number): void {
  const at = index === 0 ? 0 : 1;
  const { job } = owners[at];
  if (job !== null) job.answer = null;
  owners[at] = startOwner(owners[at].name);
}

function landAny({ store, log, random }: World): void {
  const job = store.jobs[random.int(store.jobs.length)];
  if (job !== undefined) land(store, log, job, random);
}

/** A session that nothing runs in has been silent for too long. */
function expireSession({ store, random }: World): void {
  const idle = [...store.sessions].filter((session) => !store.jobs.some((job) => job.session === session));
  const session = idle[random.int(idle.length)];
  if (session !== undefined) store.sessions.delete(session);
}

function comeToRest(owners: readonly [Owner, Owner], world: World): number {
  world.faults = false;
  const { log, store, random } = world;
  let steps = 0;
  while (store.jobs.length > 0 || !owners.every((owner) => isIdle(owner, world))) {
    check(++steps < REST_STEPS_MAX, 'never comes to rest');
    if (random.chance(0.3)) landAny(world);
    else advance(random.pick(owners), world);
  }
  const end = (log.items.at(-1)?.offset ?? -1) + 1;
  check(log.committedMax === end, `at rest at ${log.committedMax} of ${end}`);
  for (const item of log.items) if (item.kind === 'record') checkSettled(item.record, store);
  return steps;
}

function spentTokens({ store }: World): number {
  return [...store.tokens].filter((token) => token.includes('#')).length;
}
