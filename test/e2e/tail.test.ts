// The live tail on the whole system: under load, cut and resumed, through a restart of the API, and 500 at once.
import { startSazabi } from '@sazabi/cli/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { residentMib } from '../support/processes.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { type CountingTail, countTail, followTail } from '../support/tail.ts';
import { waitFor } from '../support/wait-for.ts';

const LOGS = 10_000;
const LOGS_A_REQUEST = 50;
/** 1000 logs a second, as far as the machine is as fast. */
const REQUEST_EVERY_MS = 50;
const CUTS = 20;
const ALL_CAME_MS = 60_000;

let system: System;
let client: Client;
let publicKey: string;
let secretKey: string;

beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
  publicKey = (await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null })).key;
  secretKey = (await client.createKey('secret-keys', { name: 'tails', rateLimitPerMinute: null })).key;
});
afterAll(() => system?.stop());

/** Sends `count` logs or more, `name 0`, `name 1` …, request after request, until `each`, called after each, wants no more. */
async function send(name: string, count: number, each: (sent: number) => boolean): Promise<number> {
  const beganMs = performance.now();
  let isEnough = false;
  for (let at = 0; ; at += LOGS_A_REQUEST) {
    if (at >= count && isEnough) return at;
    const logs = Array.from({ length: LOGS_A_REQUEST }, (_, n) => ({ message: `${name} ${at + n}`, service: name }));
    await client.postLogs(logs, { key: publicKey });
    isEnough = each(at + LOGS_A_REQUEST);
    const dueMs = beganMs + (at / LOGS_A_REQUEST + 1) * REQUEST_EVERY_MS;
    if (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
  }
}

const numbersOf = (messages: readonly string[]) => messages.map((message) => Number(message.split(' ')[1]));
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

/** On one partition all rows come in the order of their acceptance; on several those of each request do. */
function inOrder(numbers: readonly number[]): readonly number[] {
  if (process.env.TEST_SYSTEM !== 'real') return numbers;
  const requests = Map.groupBy(numbers, (number) => Math.floor(number / LOGS_A_REQUEST));
  return [...requests].toSorted(([one], [other]) => one - other).flatMap(([, rows]) => rows);
}

describe(`${LOGS} logs at 1000 a second`, () => {
  it('are seen once and in order by three tails: one cut 20 times, all through a restart of the API', {
    timeout: 150_000,
  }, async () => {
    const query = `?filters=${encodeURIComponent('[{"field":"service","op":"eq","value":"load"}]')}`;
    const [steady, cut] = [followTail(system, secretKey, query), followTail(system, secretKey, query)];
    const environment = { SAZABI_API_URL: system.apiUrl, SAZABI_SECRET_KEY: secretKey };
    const command = startSazabi(['logs', 'tail', '--json', '--filter', 'service=load'], environment);
    let [printed, notes] = ['', ''];
    command.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    command.stderr.setEncoding('utf8').on('data', (text: string) => {
      notes += text;
    });
    const code = new Promise<number | null>((resolve) => command.on('close', resolve));
    await Promise.all([steady.opened, cut.opened]);
    // Nothing says that the command's own is open but a log that it shows.
    await waitFor(
      'the command shows logs',
      async () => {
        await client.postLogs({ message: 'load -1', service: 'load' }, { key: publicKey });
        return printed.includes('load -1');
      },
      ALL_CAME_MS,
    );

    // While the API is away there is nothing to be cut: the load lasts until all cuts are made.
    const sent = await send('load', LOGS, (count) => {
      if (count % 100 === 0 && cut.cuts() < CUTS) cut.cut();
      if (count === LOGS / 2) system.kill('query-api');
      return cut.cuts() === CUTS;
    });
    const commandRows = () =>
      printed
        .split('\n')
        .slice(0, -1)
        .map((line) => String(JSON.parse(line).message));
    for (const messages of [() => steady.messages, () => cut.messages, commandRows]) {
      const numbers = () => numbersOf(messages()).filter((number) => number >= 0);
      await waitFor('all logs came', () => numbers().length >= sent, ALL_CAME_MS);
      expect(inOrder(numbers())).toEqual(upTo(sent));
    }
    say(`tail: ${cut.connections()} connections of the one that is cut, ${steady.connections()} of the steady one`);
    expect(cut.cuts()).toBe(CUTS);
    expect(cut.connections()).toBeGreaterThan(CUTS);
    expect(steady.connections()).toBeGreaterThan(1);
    expect([...steady.told, ...cut.told]).toEqual([]);
    command.kill('SIGINT');
    expect(await code).toBe(0);
    expect(notes).toMatch(/The tail was cut .*\n(.*\n)*The tail goes on\./);
    await Promise.all([steady.stop(), cut.stop()]);
  });
});

const TAILS = 500;
const LOGS_FOR_MANY = 2_000;
/** Rows of a slice are shared by all tails; what grows is what sockets hold and the garbage of a second. */
const GROWTH_MIB_MAX = 250;

describe(`${TAILS} tails at once`, () => {
  it(`see ${LOGS_FOR_MANY} logs each, and the API's memory stays bounded`, { timeout: 180_000 }, async () => {
    const tails: CountingTail[] = [];
    const memory = () => residentMib(system.pid('query-api'));
    const beforeMib = memory();
    for (let at = 0; at < TAILS; at += 50)
      tails.push(...(await Promise.all(Array.from({ length: 50 }, () => countTail(system, secretKey)))));
    const openMib = memory();
    let peakMib = openMib;
    const beganMs = performance.now();
    await send('many', LOGS_FOR_MANY, () => {
      peakMib = Math.max(peakMib, memory());
      return true;
    });
    await waitFor(
      'all tails have all',
      () => {
        peakMib = Math.max(peakMib, memory());
        return tails.every((tail) => tail.rows() >= LOGS_FOR_MANY || tail.lagged() > 0);
      },
      120_000,
    );
    const seconds = (performance.now() - beganMs) / 1000;
    const mib = [beforeMib, openMib, peakMib].map((value) => Math.round(value)).join(' → ');
    say(`${TAILS} tails × ${LOGS_FOR_MANY} logs in ${seconds.toFixed(1)} s: resident ${mib} MiB (before, open, peak)`);
    expect(tails.filter((tail) => tail.lagged() > 0)).toEqual([]);
    expect(tails.every((tail) => tail.rows() === LOGS_FOR_MANY)).toBe(true);
    expect(peakMib - beforeMib).toBeLessThan(GROWTH_MIB_MAX);
    for (const tail of tails) tail.close();
  });
});
