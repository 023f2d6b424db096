// I10: a stop under load finishes what was accepted, within its time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLoad } from '../support/acknowledged-load.ts';
import { type Client, createClient } from '../support/client.ts';
import { describeReconciliation, reconcile } from '../support/reconcile.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const STOP_MS_MAX = 10_000;

describe('I10: a stop under load', () => {
  let system: System;
  let client: Client;
  beforeAll(async () => {
    system = await startSystem();
    client = createClient(system);
  });
  afterAll(() => system?.stop());

  it('ends within ten seconds with code 0, and loses and doubles nothing', { timeout: 90_000 }, async () => {
    const { key: publicKey } = await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null });
    const load = startLoad(client, { name: 'stop', clients: 4, random: Math.random, publicKey });
    await waitFor('the load runs', () => load.account.acknowledged.size > 2_000, 20_000);
    const atMs = performance.now();
    expect(await system.halt()).toBe(0);
    const stopMs = Math.round(performance.now() - atMs);
    expect(stopMs).toBeLessThan(STOP_MS_MAX);
    await system.restart();
    const state = await reconcile(system, 'stop', await load.stop());
    say(`stop under load: ${stopMs} ms, ${describeReconciliation(state)}`);
    expect(state).toMatchObject({ missing: [], doubled: [], foreign: [] });
  });
});
