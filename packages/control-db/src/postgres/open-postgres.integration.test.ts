// The control store on a real PostgreSQL: many starts at once, refusals, and a server that goes away and comes back.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartupError } from '@sazabi/lifecycle';
import { startPostgres, type TestPostgres } from '@sazabi/test-parts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../bootstrap.ts';
import type { ControlDb } from '../control-db.ts';
import { describeControlDb } from '../control-db-suite.ts';
import { readFeedState } from '../key-changes.ts';
import { describeKeyVerbs } from '../key-verbs-suite.ts';
import { PULSE_DEADLINE_MS } from '../limits.ts';
import { migrate } from '../migrate.ts';
import { connectControlDb, openControlDb } from '../open-control-db.ts';
import { describeOrganizations } from '../organization-suite.ts';
import { foundOrganization } from '../organizations.ts';
import { describeProjects } from '../project-suite.ts';
import { organizations } from '../schema.ts';
import { describeSharedControlDb } from '../shared-control-db-suite.ts';
import { isUnavailable } from '../unavailable.ts';
import { describeUsage } from '../usage-suite.ts';
import { openPostgres } from './open-postgres.ts';

const STARTS_AT_ONCE = 5;
const ROUNDS = 10;
const OPERATOR = { type: 'operator' } as const;

let server: TestPostgres;
let suiteUrl: string;
beforeAll(async () => {
  server = await startPostgres();
  suiteUrl = await server.createDatabase();
});
afterAll(() => server?.remove());

describeControlDb('the control store on PostgreSQL', () => openControlDb(suiteUrl));
describeKeyVerbs('keys on PostgreSQL', () => openControlDb(suiteUrl));
describeOrganizations('organizations on PostgreSQL', () => openControlDb(suiteUrl));
describeProjects('projects on PostgreSQL', () => openControlDb(suiteUrl));
describeUsage('usage on PostgreSQL', () => openControlDb(suiteUrl));
describeSharedControlDb('one PostgreSQL for several replicas', () => openControlDb(suiteUrl));

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const pulseOf = (db: ControlDb) => db.pulse((orm) => readFeedState(orm));

describe('many starts at once', () => {
  it(`${STARTS_AT_ONCE} make one store and one set of first keys, ${ROUNDS} of ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const url = await server.createDatabase();
      const replicas = await Promise.all(Array.from({ length: STARTS_AT_ONCE }, () => openControlDb(url)));
      const keys = await Promise.all(replicas.map((db) => bootstrap(db)));
      expect(keys.filter((made) => made !== null)).toHaveLength(1);
      const states = await Promise.all(replicas.map(({ orm }) => readFeedState(orm)));
      expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(1);
      await Promise.all(replicas.map((db) => db.close()));
    }
  });

  it('on a store of an older version all of them bring it up once', async () => {
    const url = await server.createDatabase();
    const first = openPostgres(url, () => undefined);
    await first.connect();
    await migrate(first.orm, 1);
    const before = await readFeedState(first.orm);
    await first.close();
    const replicas = await Promise.all(Array.from({ length: STARTS_AT_ONCE }, () => openControlDb(url)));
    for (const { orm } of replicas) expect(await readFeedState(orm)).toEqual(before);
    await Promise.all(replicas.map((db) => db.close()));
  });

  it('where one is cut off in mid-start, the next goes on, and its keys are the only ones', async () => {
    const url = await server.createDatabase();
    const [one, two] = [await openControlDb(url), await openControlDb(url)];
    const cutOff = bootstrap(one, {}, async () => {
      await endSessions(url, 'idle in transaction');
    });
    expect(isUnavailable(await failureOf(cutOff))).toBe(true);
    expect(await bootstrap(two)).not.toBeNull();
    expect(await bootstrap(one)).toBeNull();
    expect(await one.orm.$count(organizations)).toBe(1);
    await Promise.all([one.close(), two.close()]);
  });
});

describe('a server that refuses', () => {
  it.each([
    ['a wrong password', (url: URL) => Object.assign(url, { password: 'hunter2' }), /password authentication failed/],
    [
      'a database that is not there',
      (url: URL) => Object.assign(url, { pathname: '/nowhere' }),
      /"nowhere" does not exist/,
    ],
  ])('%s ends the start with one line that names neither password', async (_name, change, expected) => {
    const url = change(new URL(suiteUrl)).href;
    const error = await failureOf(openControlDb(url));
    expect(error).toBeInstanceOf(StartupError);
    expect(String(error)).toMatch(expected);
    expect(String(error)).toContain('check DATABASE_URL');
    expect(String(error)).not.toMatch(/hunter2|of-a-test|\n/);
  });
});

describe('a server that is away', () => {
  it('is waited for at a start, and found when it is there', async () => {
    const own = await startPostgres();
    const url = await own.createDatabase();
    await own.kill();
    const db = await connectControlDb(url);
    const waits: number[] = [];
    const ready = db.untilReady({ onWait: (_error, attempts) => waits.push(attempts) });
    await expect.poll(() => waits).toEqual([1, 2, 4]);
    expect(isUnavailable(await failureOf(db.ping()))).toBe(true);
    await own.start();
    await ready;
    await db.ping();
    await db.close();
    await own.remove();
  });

  it('stopped in its tracks, it is waited for at a start, also where the connection alone takes too long', async () => {
    const own = await startPostgres();
    const url = await own.createDatabase();
    await own.pause();
    let attempts = 0;
    const opening = openControlDb(url, {
      onWait: () => {
        attempts += 1;
      },
    });
    await expect.poll(() => attempts).toBeGreaterThan(1);
    await own.resume();
    const db = await opening;
    await db.ping();
    await db.close();
    await own.remove();
  });

  it('behind a proxy that resets every connection, it is waited for too', async () => {
    const proxy = createServer((socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const stopping = new AbortController();
    const end = new Error('enough');
    const start = openControlDb(`postgres://user:hunter2@127.0.0.1:${port}/db`, {
      stopping: stopping.signal,
      onWait: (_error, attempts) => attempts >= 2 && stopping.abort(end),
    });
    await expect(start).rejects.toSatisfy((error) => error === end || error.cause === end);
    proxy.close();
  });

  it('a start that is stopped while it waits ends at once', async () => {
    const stopping = new AbortController();
    const start = openControlDb('postgres://user:hunter2@127.0.0.1:9/db', { stopping: stopping.signal });
    stopping.abort(new Error('told to stop'));
    await expect(start).rejects.toThrow();
  });

  it('killed and started again, it is asked again after one pulse; what was committed is there, what is told is heard', async () => {
    const own = await startPostgres();
    const url = await own.createDatabase();
    const [db, other] = [await openControlDb(url), await openControlDb(url)];
    await foundOrganization(db.orm, 'kept', OPERATOR);
    await own.kill();
    expect(isUnavailable(await failureOf(pulseOf(db)))).toBe(true);
    expect(isUnavailable(await failureOf(readFeedState(db.orm)))).toBe(true);
    await own.start();
    await expect.poll(() => failureOf(pulseOf(db))).toBeNull();
    expect(await db.orm.$count(organizations)).toBe(1);
    let told = 0;
    db.onKeyChange(() => {
      told += 1;
    });
    await expect.poll(() => failureOf(pulseOf(other))).toBeNull();
    await foundOrganization(other.orm, 'after', OPERATOR);
    await expect.poll(() => told).toBeGreaterThan(0);
    await Promise.all([db.close(), other.close()]);
    await own.remove();
  });

  it('stopped in its tracks, what waits for it is refused in time, and it is found when it goes on', async () => {
    const own = await startPostgres();
    const db = await openControlDb(await own.createDatabase());
    await pulseOf(db);
    await own.pause();
    const startedMs = performance.now();
    const asked = failureOf(readFeedState(db.orm));
    expect(isUnavailable(await failureOf(pulseOf(db)))).toBe(true);
    expect(isUnavailable(await asked)).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(PULSE_DEADLINE_MS * 5);
    // Refused at once now.
    const againMs = performance.now();
    expect(isUnavailable(await failureOf(readFeedState(db.orm)))).toBe(true);
    expect(performance.now() - againMs).toBeLessThan(PULSE_DEADLINE_MS);
    await own.resume();
    await expect.poll(() => failureOf(pulseOf(db))).toBeNull();
    await db.ping();
    await db.close();
    await own.remove();
  });
});

it('a cut listening connection hears again after the next pulse, and is told that it may have missed something', async () => {
  const url = await server.createDatabase();
  const db = await openControlDb(url);
  await pulseOf(db);
  let told = 0;
  db.onKeyChange(() => {
    told += 1;
  });
  await endSessions(url, 'idle');
  await foundOrganization(db.orm, 'unheard', OPERATOR).catch(() => foundOrganization(db.orm, 'unheard', OPERATOR));
  await expect.poll(() => failureOf(pulseOf(db))).toBeNull();
  expect(told).toBeGreaterThan(0);
  const before = told;
  await foundOrganization(db.orm, 'heard', OPERATOR);
  await expect.poll(() => told).toBeGreaterThan(before);
  await db.close();
});

/** Ends every other session of the database in that state. */
async function endSessions(url: string, state: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND state = $1 AND pid <> pg_backend_pid()`,
    [state],
  );
  await client.end();
}
