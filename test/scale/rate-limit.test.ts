// The rate limiter through real HTTP and by the real clock: at ten times the rate it admits burst + rate × time, and no more.
// `npm run test:scale` goes on for three windows of a minute; in the test suite it is ten seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../support/client.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { type MoreIntakes, startMoreIntakes } from './more-intakes.ts';

const SECONDS = Number(process.env.SCALE_SECONDS ?? 10);
/** 20 a second: the burst of 1200 is used up in 7 s of the offer. */
const LIMIT_PER_MINUTE = 1_200;
const OVER = 10;
const OFFERED_PER_SECOND = (OVER * LIMIT_PER_MINUTE) / 60;
const PACE_MS = 20;
const LONG_TEST_MS = SECONDS * 1000 + 120_000;
/** Intakes tell each other's number by the heartbeats of the feed, two a second. */
const TOLD_MS = 30_000;

let system: System;
let intakes: MoreIntakes;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await intakes?.stop();
  await system?.stop();
});

const newKey = async () => {
  const settings = { name: 'limited', rateLimitPerMinute: LIMIT_PER_MINUTE };
  return (await createClient(system).createKey('public-keys', settings)).key;
};

/** How many of the requests were admitted, beside burst + rate × time; each request goes to the next intake. */
async function offer(
  urls: readonly string[],
  key: string,
): Promise<{ admitted: number; allowed: number; sent: number }> {
  let admitted = 0;
  let sent = 0;
  const under = new Set<Promise<void>>();
  const post = async (url: string) => {
    const response = await fetch(`${url}/v1/logs`, {
      method: 'POST',
      headers: { 'x-sazabi-key': key },
      body: '{"message":"m"}',
    });
    await response.arrayBuffer();
    if (response.status === 202) admitted += 1;
    else if (response.status !== 429) throw new Error(`answered ${response.status}`);
  };
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  // As many are sent as are due: a machine that stood still makes up for it, and the bucket loses nothing by that.
  while (seconds() < SECONDS) {
    while (sent < seconds() * OFFERED_PER_SECOND) {
      const request = post(urls[sent % urls.length] ?? '');
      under.add(request);
      void request.finally(() => under.delete(request));
      sent += 1;
    }
    await sleep(PACE_MS);
  }
  await Promise.all(under);
  return { admitted, allowed: LIMIT_PER_MINUTE + (LIMIT_PER_MINUTE / 60) * seconds(), sent };
}

it('one intake admits burst + rate within 2 %', { timeout: LONG_TEST_MS }, async () => {
  const { admitted, allowed, sent } = await offer([system.intakeUrl], await newKey());
  say(`rate limit, 1 intake, ${SECONDS} s: ${admitted} of ${sent} admitted, burst + rate is ${allowed.toFixed(0)}`);
  expect(Math.abs(admitted / allowed - 1)).toBeLessThan(0.02);
});

it('two intakes admit it together within 10 %', { timeout: LONG_TEST_MS }, async () => {
  intakes = await startMoreIntakes(system, 1);
  const key = await newKey();
  await waitFor('both intakes know of each other', () => shareIsKnown(intakes.urls), TOLD_MS);
  const { admitted, allowed, sent } = await offer(intakes.urls, key);
  say(`rate limit, 2 intakes, ${SECONDS} s: ${admitted} of ${sent} admitted, burst + rate is ${allowed.toFixed(0)}`);
  expect(Math.abs(admitted / allowed - 1)).toBeLessThan(0.1);
});

/** A limit of two is a burst of one at each of two intakes. */
async function shareIsKnown(urls: readonly string[]): Promise<boolean> {
  const settings = { name: 'probe', rateLimitPerMinute: 2 };
  const { key } = await createClient(system).createKey('public-keys', settings);
  const statuses: number[] = [];
  for (const url of urls)
    for (let round = 0; round < 2; round += 1) {
      const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers: { 'x-sazabi-key': key }, body: '[]' });
      await response.arrayBuffer();
      statuses.push(response.status);
    }
  return statuses.join() === '202,429,202,429';
}
