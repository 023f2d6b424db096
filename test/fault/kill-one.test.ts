// kill -9 of each single process under load: the others go on, it comes back, nothing is lost or doubled.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { type Client, createClient, expectStatus } from '../support/client.ts';
import { isAlive } from '../support/processes.ts';
import { describeReconciliation, reconcile, storedMessages } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { type ProcessName, type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const CLIENTS = 4;
/** Each part once within `npm test`, five times in the long form. */
const ROUNDS = Math.max(1, Math.floor(Number(process.env.FAULT_ROUNDS ?? 1) / 4));
/** Generous: what is judged is what was lost, and a busy machine starts processes slowly. */
const BACK_DEADLINE_MS = 45_000;
const PARTS = ['engine', 'consumer', 'query-api', 'intake'] as const satisfies readonly ProcessName[];

let system: System;
let client: Client;
let publicKey: string;
const chance = createChance('kill-one');
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
  publicKey = (await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null })).key;
});
afterAll(() => system?.stop());

const pidsWithout = (killed: ProcessName) =>
  Object.fromEntries(
    [...PARTS, 'standalone' as const].filter((name) => name !== killed).map((name) => [name, system.pid(name)]),
  );

/** The whole way works: a log is taken, stored, and the API answers. */
async function works(name: string): Promise<boolean> {
  await client.postLogs({ message: `${name}-probe` }, { key: publicKey });
  await expectStatus(200, await client.api('GET', '/me'));
  return (await storedMessages(system, name)).has(`${name}-probe`);
}

describe('kill -9 under load', () => {
  const kills = Array.from({ length: ROUNDS }, (_, round) => PARTS.map((part) => ({ part, round: round + 1 }))).flat();
  for (const { part, round } of kills) {
    it(`of the ${part}, ${round} of ${ROUNDS}`, { timeout: 150_000 }, async () => {
      const name = `one-${part}-${round}-${chance.seed}`;
      const load = startLoad(client, { name, clients: CLIENTS, random: chance.random, publicKey });
      await waitFor('the load runs', () => load.account.acknowledged.size > 1_000, 20_000);
      const others = pidsWithout(part);
      const killed = system.pid(part);
      const failuresBefore = load.account.failures.length;
      system.kill(part);
      const atMs = performance.now();
      await waitFor(`the ${part} is started again`, () => system.pid(part) !== killed, BACK_DEADLINE_MS);
      const spawnedAfterMs = Math.round(performance.now() - atMs);
      await waitFor('the whole works again', () => works(`probe-${part}-${round}`), BACK_DEADLINE_MS);
      const worksAfterMs = Math.round(performance.now() - atMs);
      const account = await load.stop();
      const state = await reconcile(system, name, account);
      const failures = account.failures.slice(failuresBefore);
      say(
        `${part}: a new process after ${spawnedAfterMs} ms, all works after ${worksAfterMs} ms, ${failures.length} failed requests, ${describeReconciliation(state)}`,
      );
      expect({ missing: state.missing, doubled: state.doubled, foreign: state.foreign }).toEqual({
        missing: [],
        doubled: [],
        foreign: [],
      });
      expect(pidsWithout(part)).toEqual(others);
      // Only the intake itself is between a client and its 202.
      if (part !== 'intake') expect(failures).toEqual([]);
    });
  }

  it('of the supervisor: its children end by themselves, and a new start waits for them', {
    timeout: 90_000,
  }, async () => {
    const name = `one-supervisor-${chance.seed}`;
    const load = startLoad(client, { name, clients: CLIENTS, random: chance.random, publicKey });
    await waitFor('the load runs', () => load.account.acknowledged.size > 1_000, 20_000);
    const children = PARTS.map((part) => system.pid(part));
    const engine = system.pid('engine');
    // Stopped, it cannot end until it is told to go on: so the new start has something to wait for.
    process.kill(engine, 'SIGSTOP');
    system.kill('standalone');
    const restarted = system.restart();
    const waiting = "Waiting for the last run's processes to end";
    await waitFor('the new start waits', () => system.output().includes(waiting), BACK_DEADLINE_MS);
    process.kill(engine, 'SIGCONT');
    await restarted;
    expect(children.filter(isAlive)).toEqual([]);
    await waitFor('the whole works again', () => works('probe-supervisor'), BACK_DEADLINE_MS);
    const account = await load.stop();
    const state = await reconcile(system, name, account);
    say(`supervisor: ${account.failures.length} failed requests, ${describeReconciliation(state)}`);
    expect({ missing: state.missing, doubled: state.doubled, foreign: state.foreign }).toEqual({
      missing: [],
      doubled: [],
      foreign: [],
    });
  });
});
