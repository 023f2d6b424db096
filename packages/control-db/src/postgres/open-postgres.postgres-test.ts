// Needs a PostgreSQL on the machine: `npm run test:postgres -w packages/control-db`, not part of `npm test`.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlDb } from '../control-db-suite.ts';
import { readFeedState } from '../key-changes.ts';
import { openControlDb } from '../open-control-db.ts';
import { isUnavailable } from '../unavailable.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

// Several replicas start at once: each migrates, and all get the same store.
describeControlDb(
  'the control store on PostgreSQL',
  async () => {
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => openControlDb(server.url)));
    if (first === undefined) throw new Error('No store was opened.');
    const states = await Promise.all([first, ...others].map(({ orm }) => readFeedState(orm)));
    expect(new Set(states.map(({ epoch }) => epoch)).size).toBe(1);
    for (const other of others) await other.close();
    return first;
  },
  () => openControlDb(server.url),
);

it('says in one line, without the password, that nobody answers', async () => {
  const attempt = openControlDb('postgres://user:hunter2@127.0.0.1:9/db');
  await expect(attempt).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1:9\/db does not answer/);
  await expect(attempt).rejects.not.toThrow(/hunter2/);
});

it('tells a server that is gone from one that refuses', async () => {
  const own = await startPostgres();
  const db = await openControlDb(own.url);
  const refused = await db.orm.execute('SELECT nonsense').catch((error: unknown) => error);
  expect(isUnavailable(refused)).toBe(false);
  await own.stop();
  const gone = await readFeedState(db.orm).catch((error: unknown) => error);
  expect(isUnavailable(gone)).toBe(true);
  await db.close();
});
