// Section 1 of the contract, what the operator meets: an intake that is cut off from the API, and the way back in.
// A system of its own, as its parts are stopped and its only admin key is lost.
import { runSazabi } from '@sazabi/cli/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const METRIC = 'sazabi_intake_key_snapshot_age_seconds';
/** The intake takes 2 s of silence for a cut feed. */
const CUT_SECONDS = 3;

let system: System;
let client: Client;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
});
afterAll(() => system?.stop());

async function snapshotAge(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${system.environment.INTAKE_INTERNAL_PORT}/metrics`, {
    headers: { authorization: `Bearer ${system.internalToken}` },
  });
  const line = (await response.text()).split('\n').find((text) => text.startsWith(METRIC));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? Number.NaN);
}

it('with the feed from the API cut, an intake goes on with the keys it knows and tells the snapshot’s age in its metrics', async () => {
  expect(await snapshotAge()).toBeLessThan(CUT_SECONDS);
  process.kill(system.pid('query-api'), 'SIGSTOP');
  try {
    await waitFor('the age grows', async () => (await snapshotAge()) > CUT_SECONDS, 30_000);
    expect((await client.post({ message: 'while the API is away' })).status).toBe(202);
  } finally {
    process.kill(system.pid('query-api'), 'SIGCONT');
  }
  await waitFor('the feed is followed again', async () => (await snapshotAge()) < CUT_SECONDS, 30_000);
});

it('way back in, on the host: sazabi admin create-key', async () => {
  const environment = { INTERNAL_URL: system.internalUrl, INTERNAL_TOKEN: system.internalToken };
  const made = await runSazabi(['admin', 'create-key'], { environment });
  expect(made.code).toBe(0);
  const back = createClient({ ...system, secretKey: made.stdout.trim() });
  const me = await back.api('GET', '/me');
  expect(Object(await me.json()).data.key.scopes).toEqual(['admin']);
});
