// One scenario: calls of random callers, one after the other; each answer is held against what the model says.
import type { Answer, Ask } from './ask.ts';
import { comparable } from './ask.ts';
import type { Call, PlannedCall } from './call.ts';
import { INTAKE_CALLS } from './calls-intake.ts';
import { KEY_CALLS } from './calls-keys.ts';
import { LOG_CALLS } from './calls-logs.ts';
import { ORGANIZATION_CALLS } from './calls-organization.ts';
import { type Dice, diceOf, nobodys } from './dice.ts';
import { type Caller, holds, leakIn, maySee, type Thing } from './model.ts';
import type { World } from './world.ts';

export const API_CALLS: Readonly<Record<string, Call>> = { ...LOG_CALLS, ...KEY_CALLS, ...ORGANIZATION_CALLS };
/** Every call by method and path, as the OpenAPI document names it. */
export const CALL_NAMES: readonly string[] = [...Object.keys(API_CALLS), ...Object.keys(INTAKE_CALLS)];

export interface Step {
  readonly call: number;
  readonly numbers: readonly number[];
}

/** How often a call did something (2xx), and how often it named what the caller may not see. */
export interface Tally {
  done: number;
  foreign: number;
}

/** @throws Error naming the call, the caller and what came of it that must not */
export async function runStep(
  world: World,
  { call: index, numbers }: Step,
  tallies: Map<string, Tally>,
): Promise<void> {
  const name = CALL_NAMES[index % CALL_NAMES.length] ?? '';
  const dice = diceOf(numbers);
  const call = API_CALLS[name];
  const told = call === undefined ? await runIntakeCall(world, name, dice) : await runApiCall(world, call, dice);
  const tally = tallies.get(name) ?? { done: 0, foreign: 0 };
  tallies.set(name, tally);
  if (told.answer.status < 300) tally.done += 1;
  if (told.foreign) tally.foreign += 1;
  if (told.wrong !== null)
    throw new Error(`${name} by ${told.by}: ${told.wrong}\n${told.request}\n${told.answer.bytes}`);
}

interface Told {
  readonly foreign: boolean;
  readonly wrong: string | null;
  readonly by: string;
  readonly request: string;
  readonly answer: Answer;
}

async function runIntakeCall({ model, ask }: World, name: string, dice: Dice): Promise<Told> {
  const writer = model.writers[dice.below(model.writers.length)];
  const call = INTAKE_CALLS[name];
  if (writer === undefined || call === undefined) throw new Error(`no writer, or no call ${name}`);
  const planned = call.plan(model, writer, dice);
  const answer = await ask({ ...planned.ask, key: writer.key });
  const request = JSON.stringify(planned.ask);
  const expected = writer.state === 'good' ? 202 : 401;
  if (answer.status === 202) planned.judge(answer);
  return {
    wrong: answer.status === expected ? leakIn(model, null, answer.bytes, request) : `${expected} was expected`,
    by: `a ${writer.state} public key of organization ${writer.org}, ${writer.mode}`,
    request,
    answer,
    foreign: false,
  };
}

async function runApiCall(world: World, call: Call, dice: Dice): Promise<Told> {
  const { model, ask } = world;
  const caller = pickCaller(world, dice);
  const planned = call.plan({ model, caller, dice });
  const asked = planned.ask(planned.thing?.id ?? '');
  const answer = await ask({ ...asked, key: caller.key });
  const request = JSON.stringify(asked);
  return {
    wrong: await wrongWith(world, { call, caller, planned, asked, answer, request }),
    by: `a ${caller.state} key of organization ${caller.org}, ${caller.mode}, with ${caller.scopes.join(' ')}`,
    request,
    answer,
    foreign: planned.thing !== null && planned.thing.org !== -1 && !maySee(caller, planned.thing),
  };
}

interface Asked {
  readonly call: Call;
  readonly caller: Caller;
  readonly planned: PlannedCall;
  readonly asked: Omit<Ask, 'key'>;
  readonly answer: Answer;
  readonly request: string;
}

/** null = all is as it must be. */
async function wrongWith(
  world: World,
  { call, caller, planned, asked, answer, request }: Asked,
): Promise<string | null> {
  const leak = leakIn(world.model, caller, answer.bytes, request);
  if (leak !== null) return `tells ${leak}`;
  if (answer.status >= 500) return 'a server error';
  const refusal = refusalOf(call, caller);
  if (refusal !== null && answer.status !== refusal) return `${refusal} was expected`;
  const { thing } = planned;
  if (thing !== null && thing.org !== -1 && !maySee(caller, thing)) {
    // A test key is told that live keys of its organization are not its to change.
    const isToldSo = thing.org === caller.org && asked.method !== 'GET' && answer.status === 403;
    const difference = isToldSo ? null : await tellsThatItIs(world, caller, planned, thing, answer);
    if (difference !== null) return difference;
    if (asked.method !== 'GET') return await changed(world, thing);
    return null;
  }
  if (refusal !== null || answer.status >= 300) return null;
  try {
    planned.judge?.(answer);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** The status that the caller gets whatever it asks for; null = it may call. */
function refusalOf(call: Call, caller: Caller): number | null {
  if (call.scope === 'none') return null;
  if (caller.state === 'public') return 403;
  if (caller.state !== 'good') return 401;
  if (call.scope !== 'any' && !holds(caller, call.scope)) return 403;
  return call.liveOnly && caller.mode === 'test' ? 403 : null;
}

/** The same is asked of an id that never was: the two answers must not differ. */
async function tellsThatItIs({ ask }: World, caller: Caller, planned: PlannedCall, thing: Thing, answer: Answer) {
  const nobody = nobodys(thing.kind).id;
  const twin = await ask({ ...planned.ask(nobody), key: caller.key });
  const [theirs, nobodysAnswer] = [comparable(answer, thing.id), comparable(twin, nobody)];
  return theirs === nobodysAnswer ? null : `differs from the answer for what never was:\n${nobodysAnswer}`;
}

/** Whether the thing is other than its owner left it. */
export async function changed({ ask, admins }: Pick<World, 'ask' | 'admins'>, thing: Thing): Promise<string | null> {
  if (thing.shown === null) return null;
  const owner = admins[thing.org];
  const { status, body } = await ask({ method: 'GET', path: `/${thing.kind}s/${thing.id}`, key: owner?.key ?? null });
  if (status !== 200) return `${thing.kind} ${thing.id} is ${status} for its owner`;
  for (const [field, value] of Object.entries(thing.shown)) {
    const [found, left] = [inOrder(body.data[field]), inOrder(value)];
    if (found !== left) return `${field} of ${thing.kind} ${thing.id} is ${found}, not ${left}`;
  }
  return null;
}

/** Scopes are a set: in whichever order they are shown. */
const inOrder = (value: unknown): string => JSON.stringify(Array.isArray(value) ? value.toSorted() : value);

/** Half of them admins, who get furthest; some with a key that is not good any more. */
function pickCaller({ model, admins, testAdmins }: World, dice: Dice): Caller {
  const choice = dice.below(8);
  const good = () => model.callers.filter(({ state }) => state === 'good');
  const some = choice < 3 ? admins : choice === 3 ? testAdmins : choice === 4 ? model.callers : good();
  const caller = some[dice.below(some.length)];
  if (caller === undefined) throw new Error('nobody can call');
  return caller;
}
