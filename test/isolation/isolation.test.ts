// I5: random organizations, projects, modes, keys and calls: nothing foreign is ever returned, counted or acknowledged to exist,
// and nothing foreign is changed. ISOLATION_SCENARIOS says how many, ISOLATION_SEED repeats a run.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { leakIn, logsSeen } from './model.ts';
import { CALL_NAMES, changed, runStep, type Tally } from './scenario.ts';
import { followTails, type Tails } from './tails.ts';
import { makeWorld, type World } from './world.ts';

const SCENARIOS = Number(process.env.ISOLATION_SCENARIOS ?? 2_000);
const SEED = Number(process.env.ISOLATION_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CALLS_MAX = 3;
const SCENARIOS_FOR_ALL = 2_000;
/** Choices of one call; past them everything is the first. */
const NUMBERS_MAX = 24;
const LONG_TEST_MS = 600_000;
const STORED_MS = 60_000;

let system: System;
let world: World;
let tails: Tails;
const tallies = new Map<string, Tally>();
beforeAll(async () => {
  system = await startSystem();
  world = await makeWorld(system);
  tails = await followTails(system, world);
});
afterAll(async () => {
  await tails?.close();
  await system?.stop();
});

it('every call of the OpenAPI document is among the calls', async () => {
  const { paths } = Object(await (await fetch(`${system.apiUrl}/openapi.json`)).json());
  const methods = new Set(['get', 'put', 'post', 'patch', 'delete']);
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(Object(item)).flatMap((method) => (methods.has(method) ? [`${method.toUpperCase()} ${path}`] : [])),
  );
  expect(documented.toSorted()).toEqual([...CALL_NAMES].toSorted());
});

it(`${SCENARIOS} random scenarios: 0 leaks`, { timeout: LONG_TEST_MS }, async () => {
  say(`isolation: ISOLATION_SEED=${SEED}`);
  const step = fc.record({
    call: fc.nat(CALL_NAMES.length - 1),
    numbers: fc.array(fc.nat(65_535), { minLength: NUMBERS_MAX / 2, maxLength: NUMBERS_MAX }),
  });
  const startedMs = performance.now();
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: CALLS_MAX }), async (steps) => {
      for (const each of steps) await runStep(world, each, tallies);
      calls += steps.length;
    }),
    { numRuns: SCENARIOS, seed: SEED, endOnFailure: false },
  );
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`isolation: ${SCENARIOS} scenarios, ${calls} calls in ${seconds} s, 0 leaks`);
});

it('every call did something, and every call that names a thing named foreign ones', () => {
  // In few scenarios some calls do not come at all.
  if (SCENARIOS < SCENARIOS_FOR_ALL) return;
  for (const name of CALL_NAMES) {
    const { done, foreign } = tallies.get(name) ?? { done: 0, foreign: 0 };
    // Letters of one's own are left alone.
    if (!/^(POST|DELETE) .dead-letters/.test(name)) expect([name, done > 0]).toEqual([name, true]);
    if (name.includes('{')) expect([name, foreign > 0]).toEqual([name, true]);
  }
});

it('afterwards every organization has what it was given, and no log more or less', async () => {
  const { model, ask, admins, testAdmins } = world;
  for (const caller of [...admins, ...testAdmins]) {
    const total = async () => {
      const body = { from: '-30d', interval: '1d' };
      return (await ask({ method: 'POST', path: '/logs/volume', key: caller.key, body })).body.data.total;
    };
    const { most } = logsSeen(model, caller, null);
    await waitFor(
      `${most} logs of organization ${caller.org}, ${caller.mode}`,
      async () => (await total()) >= most,
      STORED_MS,
    );
    expect(await total()).toBe(most);
  }
  for (const thing of model.things) expect(await changed(world, thing)).toBeNull();
});

it('a tail has told every log of its own organization and mode, and nothing else', async () => {
  for (const { caller, text, rows } of tails.all) {
    await waitFor(
      `the tail of organization ${caller.org}, ${caller.mode}, has ${tails.expected(caller)} logs`,
      () => rows() >= tails.expected(caller),
      STORED_MS,
    );
    expect(rows()).toBe(tails.expected(caller));
    expect(leakIn(world.model, caller, text(), '')).toBeNull();
  }
});
