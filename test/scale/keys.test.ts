// I4 with three intakes, 10 000 keys and keys made at 50 a second: each change is in force at every intake when its call returns.
// `npm run test:scale` revokes 200; in the test suite it is fewer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient, expectStatus } from '../support/client.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { type MoreIntakes, startMoreIntakes } from './more-intakes.ts';
import { storeWithKeys } from './store-with-keys.ts';

const KEYS = 10_000;
const REVOKED = Number(process.env.SCALE_REVOKED ?? 50);
const MADE_PER_SECOND = 50;
/** Calls of the maker under way; a slower machine makes keys as fast as it can. */
const MAKERS = 4;
const CHANGED = 20;
const LONG_TEST_MS = 300_000;
const ORIGIN = 'https://app.example.com';

let dataDir: string;
let system: System;
let intakes: MoreIntakes;
let client: Client;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sazabi-scale-'));
  const keys = await storeWithKeys(dataDir, KEYS);
  system = await startSystem({ dataDir });
  intakes = await startMoreIntakes(system, 2);
  const first = createClient({ ...system, ...keys });
  const { key } = await first.createKey('secret-keys', { name: 'unlimited', rateLimitPerMinute: null });
  client = createClient({ ...system, ...keys, secretKey: key });
});
afterAll(async () => {
  await intakes?.stop();
  await system?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The answers of all intakes to the very next request with the key, by status and code. */
const answers = (key: string, headers: Readonly<Record<string, string>> = {}) =>
  Promise.all(
    intakes.urls.map(async (url) => {
      const response = await fetch(`${url}/v1/logs`, {
        method: 'POST',
        headers: { 'x-sazabi-key': key, ...headers },
        body: '{"message":"m"}',
      });
      const { error } = Object(await response.json());
      return `${response.status} ${error?.code ?? ''}`.trim();
    }),
  );
const allAre = (given: readonly string[], expected: string) => given.every((each) => each === expected);

/** Makes keys at the rate until it is stopped; resolves with how many and how fast. */
function makeKeys() {
  let made = 0;
  let stopped = false;
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  const maker = async () => {
    while (!stopped) {
      if (made >= seconds() * MADE_PER_SECOND) await sleep(5);
      else {
        made += 1;
        await client.createKey('public-keys', { name: `beside ${made}` });
      }
    }
  };
  const makers = Array.from({ length: MAKERS }, maker);
  return async () => {
    stopped = true;
    await Promise.all(makers);
    return { made, perSecond: made / seconds() };
  };
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  into.push(performance.now() - startedMs);
  return result;
}

/** A call answers after this long although an intake has not confirmed: on a machine that stood still so long, not a mistake. */
const CONFIRM_WAIT_MS = 1_000;
const wasGivenUp = (times: readonly number[]) => (times.at(-1) ?? 0) >= CONFIRM_WAIT_MS;

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

it(`a revoked key is refused by all three on the very next request, ${REVOKED} of ${REVOKED}`, {
  timeout: LONG_TEST_MS,
}, async () => {
  const stop = makeKeys();
  const making: number[] = [];
  const revoking: number[] = [];
  let late = 0;
  let notYet = 0;
  for (let round = 0; round < REVOKED; round += 1) {
    const { id, key } = await timed(making, () => client.createKey('public-keys', { name: `revoked ${round}` }));
    if (!allAre(await answers(key), '202') && !wasGivenUp(making)) notYet += 1;
    await timed(revoking, () => client.revokeKey('public-keys', id));
    if (!allAre(await answers(key), '401 API_KEY_REVOKED') && !wasGivenUp(revoking)) late += 1;
  }
  const { made, perSecond } = await stop();
  say(
    `keys: ${REVOKED} made (${percentiles(making)}) and revoked (${percentiles(revoking)}), ${notYet} not yet in force, ${late} late, ` +
      `beside ${made} others at ${perSecond.toFixed(0)} a second; ${KEYS} keys, ${intakes.urls.length} intakes`,
  );
  expect({ late, notYet }).toEqual({ late: 0, notYet: 0 });
});

it('so is a changed origin and a changed limit', { timeout: LONG_TEST_MS }, async () => {
  const stop = makeKeys();
  const changing: number[] = [];
  const { id, key } = await client.createKey('public-keys', { name: 'changed', rateLimitPerMinute: null });
  const change = (body: object) =>
    timed(changing, async () => expectStatus(200, await client.api('PATCH', `/public-keys/${id}`, body)));
  for (let round = 0; round < CHANGED; round += 1) {
    await change({ allowedOrigins: [ORIGIN] });
    expect(await answers(key)).toEqual(intakes.urls.map(() => '403 ORIGIN_NOT_ALLOWED'));
    expect(await answers(key, { origin: ORIGIN })).toEqual(intakes.urls.map(() => '202'));
    await change({ allowedOrigins: [], rateLimitPerMinute: 1 });
    // A bucket is not emptied by a new limit: the first request is taken, the second is not.
    await answers(key);
    expect(await answers(key)).toEqual(intakes.urls.map(() => '429 RATE_LIMIT_EXCEEDED'));
    await change({ rateLimitPerMinute: null });
    expect(await answers(key)).toEqual(intakes.urls.map(() => '202'));
  }
  await stop();
  say(`keys: ${changing.length} changes, ${percentiles(changing)}`);
});
