// The intake before a real Kafka that is killed, paused, not there yet: logs are taken all the same, and nothing is missing.

import { randomBytes } from 'node:crypto';
import { startKafka, type TestKafka } from '@sazabi/test-parts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestIntake, type TestIntake, type TestIntakeOptions } from './testing/start-intake.ts';

/** A broker starts within some seconds, on a slow machine within many. */
const soon = { timeout: 90_000, interval: 100 };

let kafka: TestKafka;
let intake: TestIntake;
let key: string;
let topics = 0;
let isDown = false;
let sent: string[];
const started: TestIntake[] = [];

beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka.remove());
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
  if (isDown) await comeBack();
});

async function die(): Promise<void> {
  isDown = true;
  await kafka.kill();
}

async function comeBack(): Promise<void> {
  await kafka.start();
  isDown = false;
}

/** On a topic of its own, where there is no intake before it. */
async function start(options: TestIntakeOptions = {}): Promise<TestIntake> {
  if (options.before === undefined) {
    topics += 1;
    sent = [];
  }
  const environment = { BUS_URL: kafka.url, KAFKA_TOPIC: `outage-${topics}`, KAFKA_PARTITIONS: '3' };
  intake = await startTestIntake({ ...options, environment: { ...environment, ...options.environment } });
  if (options.before === undefined) key = intake.addKey().key;
  started.push(intake);
  return intake;
}

async function send(headers: Record<string, string> = {}) {
  const message = `log ${sent.length}`;
  const beganMs = performance.now();
  const response = await fetch(`${intake.url}/v1/logs`, {
    method: 'POST',
    headers: { 'x-sazabi-key': key, ...headers },
    body: JSON.stringify({ message }),
  });
  const answer = { status: response.status, retryAfter: response.headers.get('retry-after') };
  const body = (await response.json()) as { error: Record<string, unknown> | null };
  if (answer.status === 202) sent.push(message);
  return { ...answer, error: body.error, tookMs: performance.now() - beganMs };
}

async function sendTaken(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1)
    expect(await send({ 'idempotency-key': `${sent.length}` })).toMatchObject({ status: 202 });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${intake.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^sazabi_intake_${name}(?:{[^}]*})? (.*)$`, 'm').exec(text)?.[1]);
}

const ready = async () => (await fetch(`${intake.url}/readyz`)).status;
const logged = (event: string) => intake.logLines.filter((line) => line.includes(`"event":"${event}"`));
const drained = () => expect.poll(() => metric('spool_active'), soon).toBe(0);

/** What is on the bus, a repeat counted once. */
async function stored(): Promise<string[]> {
  const rows = await intake.rows();
  return [...new Set(rows.map((row) => String(row.message)))].sort();
}
const expectAllStored = async () => expect(await stored()).toEqual([...sent].sort());

describe('Kafka dies', () => {
  it('logs are taken from then on, sent on when it is back, and an operator reads one line of each', async () => {
    await start();
    await sendTaken(10);
    expect(await metric('spool_active')).toBe(0);
    await die();
    await sendTaken(50);
    expect(await ready()).toBe(200);
    expect(await metric('spool_records')).toBeGreaterThan(0);
    expect(await metric('spool_bytes')).toBeGreaterThan(0);
    expect(await metric('spool_oldest_age_seconds')).toBeGreaterThan(0);
    expect(logged('bus_away')).toHaveLength(1);
    await comeBack();
    await sendTaken(10);
    await drained();
    await sendTaken(10);
    await expectAllStored();
    expect([logged('bus_away'), logged('spool_drained')].map((lines) => lines.length)).toEqual([1, 1]);
  });

  it('an intake that starts meanwhile takes logs too, and sends those of before first', async () => {
    const before = await start();
    await sendTaken(5);
    await die();
    await sendTaken(20);
    await before.close();
    await start({ before });
    expect(await ready()).toBe(200);
    await sendTaken(20);
    expect(logged('spool_found')).toHaveLength(1);
    await expect.poll(() => logged('bus_away'), soon).toHaveLength(1);
    expect(logged('bus_away').join()).toMatch(/"reason":"Kafka at 127\.0\.0\.1:\d+.*ECONNREFUSED/);
    await comeBack();
    await drained();
    await expectAllStored();
  });

  it('with a full spool logs are refused at once, and what was taken is not lost', async () => {
    await start({ environment: { SPOOL_MAX_MIB: '1' } });
    await sendTaken(1);
    await die();
    let answer = await send();
    while (answer.status === 202) {
      const body = JSON.stringify({ message: `log ${sent.length}`, noise: noise() });
      const response = await fetch(`${intake.url}/v1/logs`, { method: 'POST', headers: { 'x-sazabi-key': key }, body });
      answer = { ...answer, status: response.status, retryAfter: response.headers.get('retry-after') };
      if (response.status === 202) sent.push(`log ${sent.length}`);
      else answer = { ...answer, error: ((await response.json()) as { error: Record<string, unknown> }).error };
    }
    expect(answer).toMatchObject({ status: 503, retryAfter: '1', error: { accepted: false } });
    expect(logged('append_failed')).toHaveLength(1);
    await comeBack();
    await drained();
    await expect.poll(async () => (await send()).status, soon).toBe(202);
    await expectAllStored();
    expect(logged('append_recovered')).toHaveLength(1);
  });
});

describe('Kafka stands still', () => {
  it('the first wait some seconds for it, all others are answered at once', async () => {
    await start();
    await sendTaken(5);
    await kafka.pause();
    const first = await Promise.all(Array.from({ length: 5 }, () => send()));
    expect(first.every(({ status }) => status === 202)).toBe(true);
    expect(Math.max(...first.map(({ tookMs }) => tookMs))).toBeLessThan(10_000);
    for (let n = 0; n < 20; n += 1) {
      const { status, tookMs } = await send();
      expect(status).toBe(202);
      expect(tookMs).toBeLessThan(1_000);
    }
    await kafka.resume();
    await drained();
    await sendTaken(5);
    expect(new Set(await stored()).size).toBe(new Set(sent).size);
  });
});

describe('Kafka was never reached', () => {
  it('the intake waits for it, not ready, and says why; then it takes logs', async () => {
    await die();
    await start();
    expect(await send()).toMatchObject({ status: 503, retryAfter: '1', error: { accepted: false } });
    expect(await ready()).toBe(503);
    expect((await fetch(`${intake.url}/healthz`)).status).toBe(200);
    await expect.poll(() => logged('bus_away'), soon).toHaveLength(1);
    expect(logged('intake_ready')).toEqual([]);
    const probe = async (url: string) => (await fetch(`${url}/readyz`)).text();
    expect(await probe(intake.internalUrl)).toMatch(/^The bus was never reached: Kafka at .*ECONNREFUSED/);
    expect(await probe(intake.url)).not.toContain('127.0.0.1');
    await comeBack();
    await expect.poll(ready, soon).toBe(200);
    await sendTaken(3);
    await expectAllStored();
  });
});

/** 100 kB that do not compress. */
function noise(): string {
  return randomBytes(75_000).toString('base64');
}
