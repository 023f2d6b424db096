// I1 and I2: kill -9 of the whole process tree under load, again and again; what got a 202 is stored, exactly once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LoadAccount, startLoad } from '../support/acknowledged-load.ts';
import { type Client, createClient } from '../support/client.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

/** 3 within `npm test`; `npm run test:fault` sets 20. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
const ROUND_DEADLINE_MS = 90_000;
const CLIENTS = 4;
const KILL_AFTER_MS = [200, 2_500] as const;

let system: System;
let client: Client;
let publicKey: string;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
  publicKey = (await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null })).key;
});
afterAll(() => system?.stop());

it(`I1 I2: nothing acknowledged is lost or doubled over ${ROUNDS} kills of everything`, {
  timeout: ROUNDS * ROUND_DEADLINE_MS,
}, async () => {
  const chance = createChance('kill-everything');
  const accounts = new Map<string, LoadAccount>();
  for (let round = 1; round <= ROUNDS; round++) {
    const name = `everything-${chance.seed}-${round}`;
    const load = startLoad(client, { name, clients: CLIENTS, random: chance.random, publicKey });
    await waitFor('the load runs', () => load.account.acknowledged.size > 0, 30_000);
    const killAfterMs = chance.between(...KILL_AFTER_MS);
    const killAtMs = performance.now() + killAfterMs;
    await waitFor('the moment of the kill', () => performance.now() >= killAtMs, KILL_AFTER_MS[1] + 1_000);
    await system.killTree();
    const before = load.account.acknowledged.size;
    const startedMs = performance.now();
    await system.restart();
    const upAfterMs = Math.round(performance.now() - startedMs);
    await waitFor('the clients are served again', () => load.account.acknowledged.size > before, 30_000);
    accounts.set(name, await load.stop());
    const state = await reconcile(system, name, load.account);
    say(
      `round ${round}/${ROUNDS}: killed after ${killAfterMs} ms, up after ${upAfterMs} ms, ${describeReconciliation(state)}`,
    );
    expect({ missing: state.missing, doubled: state.doubled, foreign: state.foreign }).toEqual({
      missing: [],
      doubled: [],
      foreign: [],
    });
    expect(state.acknowledged).toBeGreaterThan(0);
  }
  // Once more after an ordinary stop and start: what a later reading of the bus would double shows now.
  expect(await system.halt()).toBe(0);
  await system.restart();
  for (const [name, account] of accounts) {
    const state = await reconcile(system, name, account);
    expect({ name, missing: state.missing, doubled: state.doubled }).toEqual({ name, missing: [], doubled: [] });
  }
});

it('the API finds by cursor what ClickHouse counts', async () => {
  const account: LoadAccount = await (async () => {
    const load = startLoad(client, { name: 'cursor', clients: 1, random: Math.random, publicKey });
    await waitFor('a page and more is sent', () => load.account.acknowledged.size > 1_500, 20_000);
    return await load.stop();
  })();
  const found = await waitFor(
    'all are found',
    async () => {
      const logs = await client.queryAll({ filters: [{ field: 'message', op: 'starts_with', value: 'cursor-' }] });
      return logs.length >= account.acknowledged.size && logs;
    },
    20_000,
  );
  expect(new Set(found.map((log) => log.message))).toEqual(account.sent);
  expect(found).toHaveLength(account.sent.size);
});
