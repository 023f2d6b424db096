// The bus folder is deleted and ClickHouse kept: offsets begin anew, and nothing new collides with the past.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { createClient } from '../support/client.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { createChance, say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.stop());

it('logs sent after the bus folder was deleted are all stored, beside all those before', {
  timeout: 90_000,
}, async () => {
  const chance = createChance('bus-lost');
  const client = createClient(system);
  const { key: publicKey } = await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null });
  const fill = async (name: string) => {
    const load = startLoad(client, { name, clients: 2, random: chance.random, publicKey });
    await waitFor('enough is acknowledged', () => load.account.acknowledged.size > 2_000, 20_000);
    const account = await load.stop();
    return { name, account };
  };
  const before = await fill(`before-${chance.seed}`);
  expect(await reconcile(system, before.name, before.account)).toMatchObject({ missing: [], doubled: [] });
  for (let round = 1; round <= 2; round++) {
    expect(await system.halt()).toBe(0);
    rmSync(join(system.dataDir, 'bus'), { recursive: true });
    await system.restart();
    const after = await fill(`after-${round}-${chance.seed}`);
    const state = await reconcile(system, after.name, after.account);
    say(`bus deleted, round ${round}: ${describeReconciliation(state)}`);
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
  }
  expect(await reconcile(system, before.name, before.account)).toMatchObject({ missing: [], doubled: [] });
});
