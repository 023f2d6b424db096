// Several replicas of the API on one PostgreSQL, as processes: changes of keys reach every intake, whichever replica it
// follows, and whatever is killed in between.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeySchema } from '@sazabi/contract/schemas';
import { openControlDb } from '@sazabi/control-db';
import { startPostgres, type TestPostgres } from '@sazabi/test-parts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KEY_CONFIRM_WAIT_MS } from './limits.ts';
import {
  call,
  connectedIntakes,
  type FollowingIntake,
  followReplicas,
  makeKey,
  metric,
  pair,
  type Replica,
  startReplica,
  startReplicas,
  tookMs,
} from './test-replica.ts';

let server: TestPostgres;
/** Two replicas that live through all tests which kill none. */
let sharedUrl: string;
let shared: [Replica, Replica];
const replicas: Replica[] = [];
const intakes: FollowingIntake[] = [];
beforeAll(async () => {
  server = await startPostgres();
  sharedUrl = await server.createDatabase();
  shared = pair(await startReplicas(2, sharedUrl));
});
afterEach(async () => {
  await Promise.all(intakes.splice(0).map((intake) => intake.close()));
  await Promise.all(replicas.splice(0).map((replica) => replica.remove()));
});
afterAll(async () => {
  await Promise.all((shared ?? []).map((replica) => replica.remove()));
  await server?.remove();
});

/** Those that end with the test. */
async function start(count: number, url: string, given?: Readonly<Record<string, string>>): Promise<Replica[]> {
  const started = await startReplicas(count, url, given);
  replicas.push(...started);
  return started;
}

async function follow(...urls: string[]): Promise<FollowingIntake> {
  const intake = await followReplicas(urls);
  intakes.push(intake);
  return intake;
}

describe('I4: a change of a key is in force when its call returns', () => {
  it('50 of 50 keys at two intakes that follow different replicas, made at one and revoked at the other', async () => {
    const [one, two] = shared;
    const both = [await follow(one.internalUrl), await follow(two.internalUrl)];
    const tally = { taken: 0, refused: 0 };
    for (let round = 0; round < 50; round += 1) {
      const { id, key } = await makeKey(round % 2 === 0 ? one : two);
      tally.taken += both.filter((intake) => intake.accepts(key)).length;
      expect((await call(round % 2 === 0 ? two : one, 'DELETE', `/public-keys/${id}`)).status).toBe(204);
      tally.refused += both.filter((intake) => !intake.accepts(key)).length;
    }
    expect(tally).toEqual({ taken: 100, refused: 100 });
    expect(one.log() + two.log()).not.toContain('key_change_unconfirmed');
  });

  it('an intake that has just joined another replica is waited for', async () => {
    const [one, two] = shared;
    for (let round = 0; round < 10; round += 1) {
      const { id, key } = await makeKey(one);
      const intake = await follow(two.internalUrl);
      expect(intake.accepts(key)).toBe(true);
      await call(one, 'DELETE', `/public-keys/${id}`);
      expect(intake.accepts(key)).toBe(false);
    }
  });

  it('with a replica killed its intake moves to the other, and changes go on, each in bounded time', async () => {
    const [one, two] = pair(await start(2, await server.createDatabase()));
    const intake = await follow(two.internalUrl, one.internalUrl);
    const steady = await follow(one.internalUrl);
    // Whichever it follows is killed, so that it must move.
    const counts = await Promise.all([one, two].map(({ internalUrl }) => connectedIntakes(internalUrl)));
    const [dead, alive] = counts[1] === 1 ? [two, one] : [one, two];
    await dead.kill();
    const waits: number[] = [];
    const made = [];
    for (let round = 0; round < 10; round += 1) {
      waits.push(
        await tookMs(async () => {
          made.push(await makeKey(alive));
        }),
      );
    }
    expect(Math.max(...waits)).toBeLessThan(KEY_CONFIRM_WAIT_MS * 5);
    await expect.poll(() => intake.client.connected()).toBe(true);
    // The dead one is waited for no longer.
    await expect.poll(async () => await tookMs(() => makeKey(alive))).toBeLessThan(KEY_CONFIRM_WAIT_MS / 2);
    if (dead === two) expect(steady.client.connected()).toBe(true);
    const { key } = await makeKey(alive);
    expect(intake.accepts(key)).toBe(true);
  });

  it('a notification that a cut listening connection has not heard is made up for', async () => {
    const [one, two] = shared;
    const intake = await follow(two.internalUrl);
    for (let round = 0; round < 5; round += 1) {
      await endListeners(sharedUrl);
      const { key } = await retried(() => makeKey(one));
      await expect.poll(() => intake.accepts(key), { timeout: 5_000, interval: 5 }).toBe(true);
    }
  });
});

describe('limits', () => {
  it('are shared by the intakes of all replicas, each counted once, and by the replicas', async () => {
    const [one, two] = pair(await start(2, await server.createDatabase()));
    const first = await follow(one.internalUrl);
    const second = await follow(two.internalUrl);
    const moving = await follow(one.internalUrl, two.internalUrl);
    const all = [first, second, moving];
    await expect.poll(() => all.map(({ client }) => client.liveIntakes())).toEqual([3, 3, 3]);
    await second.client.close();
    await expect.poll(() => [first, moving].map(({ client }) => client.liveIntakes())).toEqual([2, 2]);
    for (const replica of [one, two])
      await expect.poll(() => metric(replica.internalUrl, 'sazabi_api_live_replicas')).toBe(2);
    await one.kill();
    await expect.poll(() => moving.client.connected() && moving.client.liveIntakes() === 1).toBe(true);
    await expect.poll(() => metric(two.internalUrl, 'sazabi_api_live_replicas')).toBe(1);
  });

  it('the last use of a key is the latest of all reports, whichever replica took them', async () => {
    const [one, two] = shared;
    const { id } = await makeKey(one);
    const [first, second] = [await follow(one.internalUrl), await follow(two.internalUrl)];
    const nowMs = Date.now();
    for (let n = 0; n < 20; n += 1) {
      first.use(id, `10.0.0.${n}`, nowMs - 1_000 + n);
      second.use(id, `10.0.1.${n}`, nowMs + n);
    }
    await expect
      .poll(
        async () =>
          z.object({ data: publicKeySchema }).parse(await (await call(one, 'GET', `/public-keys/${id}`)).json()).data,
      )
      .toMatchObject({ lastUsedAt: new Date(nowMs + 19).toISOString(), lastUsedFrom: { address: '10.0.1.19' } });
  });
});

describe('starts', () => {
  it('of five replicas at once leave one file of first keys, which all of them serve', async () => {
    const five = await start(5, await server.createDatabase(), { LOG_LEVEL: 'info' });
    const files = five.map(({ dataDir }) => join(dataDir, 'first-keys.json')).filter((file) => existsSync(file));
    expect(files).toHaveLength(1);
    const keys = z.object({ secretKey: z.string() }).parse(JSON.parse(readFileSync(files[0] ?? '', 'utf8')));
    for (const replica of five) expect((await call(replica, 'GET', '/me', undefined, keys.secretKey)).status).toBe(200);
  });

  it('a database that refuses ends the start with one line', async () => {
    const url = Object.assign(new URL(await server.createDatabase()), { password: 'hunter2' }).href;
    const replica = await startReplica(url, { LOG_LEVEL: 'error' });
    replicas.push(replica);
    await expect(replica.ready).rejects.toThrow('ended with 1');
    expect(replica.log()).toBe('');
  });
});

/** Ends the connections on which the replicas hear of changes. */
async function endListeners(url: string): Promise<void> {
  const db = await openControlDb(url);
  await db.orm.execute(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'sazabi-pulse'`,
  );
  await db.close();
}

/** What is refused while connections are made anew is repeated. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  let made: T | undefined;
  await expect
    .poll(async () => {
      made = await work();
    })
    .toBeUndefined();
  if (made === undefined) throw new Error('Nothing was made.');
  return made;
}
