// A PostgreSQL that is away from the replicas of the API: at their start, killed, stopped in its tracks.
import { startPostgres } from '@sazabi/test-parts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  call,
  type FollowingIntake,
  followReplicas,
  GIVEN,
  GIVEN_KEYS,
  makeKey,
  pair,
  type Replica,
  startReplica,
  startReplicas,
  statusOf,
  tookMs,
} from './test-replica.ts';

/** It takes 0.2 s on an idle machine, at most 2 s by design; busy machines are given more. */
const BACK_MS_MAX = 6_000;
const { publicKey, secretKey } = GIVEN_KEYS;

const replicas: Replica[] = [];
const intakes: FollowingIntake[] = [];
afterEach(async () => {
  await Promise.all(intakes.splice(0).map((intake) => intake.close()));
  await Promise.all(replicas.splice(0).map((replica) => replica.remove()));
});

async function start(count: number, url: string): Promise<Replica[]> {
  const started = await startReplicas(count, url);
  replicas.push(...started);
  return started;
}

async function follow(...urls: string[]): Promise<FollowingIntake> {
  const intake = await followReplicas(urls);
  intakes.push(intake);
  return intake;
}

/** A process that starts on a machine with twenty others waiting took 20 s. */
const START_MS_MAX = 60_000;

describe('a PostgreSQL that is away', () => {
  it('at a start is waited for: alive, not ready, 503, and the log says why; then it goes on by itself', async () => {
    const own = await startPostgres();
    const url = await own.createDatabase();
    await own.kill();
    const replica = await startReplica(url, GIVEN);
    replicas.push(replica);
    await expect.poll(() => statusOf(`${replica.url}/healthz`), { timeout: START_MS_MAX }).toBe(200);
    expect(await statusOf(`${replica.url}/readyz`)).toBe(503);
    expect(await statusOf(`${replica.internalUrl}/readyz`)).toBe(503);
    const refused = await call(replica, 'GET', '/me');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    const operators = await fetch(`${replica.internalUrl}/internal/organizations`);
    expect([operators.status, operators.headers.get('retry-after')]).toEqual([503, '1']);
    await expect.poll(() => replica.log()).toMatch(/control_store_waiting.*ECONNREFUSED/);
    await own.start();
    await replica.ready;
    expect((await call(replica, 'GET', '/me')).status).toBe(200);
    await own.remove();
  });

  it('killed: the log says once that feeds fail, then ever fewer times', async () => {
    const own = await startPostgres();
    const [replica] = await start(1, await own.createDatabase());
    if (replica === undefined) throw new Error('no replica was started');
    await follow(replica.internalUrl);
    await own.kill();
    const told = () =>
      [...replica.log().matchAll(/"key_feed_failed".*"failures":(\d+)/g)].map(([, count]) => Number(count));
    await expect.poll(told).toContain(4);
    expect(told()).toEqual([1, 2, 4]);
    await own.remove();
  });

  it('killed under changes of keys: none that was acknowledged is lost, and all intakes have it', async () => {
    const own = await startPostgres();
    const three = await start(3, await own.createDatabase());
    const followers = await Promise.all(three.map(({ internalUrl }) => follow(internalUrl)));
    const made: string[] = [];
    let stop = false;
    const writers = three.map(async (replica) => {
      while (!stop)
        await makeKey(replica).then(
          ({ key }) => made.push(key),
          () => undefined,
        );
    });
    for (let kill = 0; kill < 3; kill += 1) {
      const enough = made.length + 20;
      await expect.poll(() => made.length).toBeGreaterThan(enough);
      await own.kill();
      await own.start();
      const before = made.length;
      const backMs = await tookMs(() => expect.poll(() => made.length, { interval: 10 }).toBeGreaterThan(before));
      expect(backMs).toBeLessThan(BACK_MS_MAX);
    }
    stop = true;
    await Promise.all(writers);
    for (const intake of followers) await expect.poll(() => made.filter((key) => !intake.accepts(key))).toEqual([]);
    for (const { child } of three) expect(child.exitCode).toBeNull();
    await own.remove();
  });

  it('stopped in its tracks: 503 with Retry-After in bounded time, not ready, and back by itself', async () => {
    const own = await startPostgres();
    const [one] = pair(await start(2, await own.createDatabase()));
    const intake = await follow(one.internalUrl);
    await own.pause();
    const asked = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const startedMs = performance.now();
        const response = await call(one, 'GET', '/me');
        return {
          status: response.status,
          retry: response.headers.get('retry-after'),
          ms: performance.now() - startedMs,
        };
      }),
    );
    expect(new Set(asked.map(({ status, retry }) => `${status} ${retry}`))).toEqual(new Set(['503 1']));
    const slowestMs = Math.max(...asked.map(({ ms }) => ms));
    expect(slowestMs).toBeLessThan(10_000);
    expect(await statusOf(`${one.url}/readyz`)).toBe(503);
    await expect.poll(() => intake.client.connected()).toBe(false);
    expect(intake.accepts(publicKey)).toBe(true);
    await own.resume();
    const backMs = await tookMs(() =>
      expect.poll(() => statusOf(`${one.url}/projects`, secretKey), { interval: 10 }).toBe(200),
    );
    expect(backMs).toBeLessThan(BACK_MS_MAX);
    await expect.poll(() => intake.client.connected()).toBe(true);
    await expect.poll(() => one.log()).toContain('control_store_back');
    await own.remove();
  });
});
