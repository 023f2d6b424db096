// What a test may do to a PostgreSQL, however it runs: SAZABI_TEST_PARTS=containers runs the same with containers.
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropDatabase } from './postgres-databases.ts';
import { livingOf } from './processes/process-tree.ts';
import { startPostgres } from './start-postgres.ts';
import type { TestPostgres } from './test-part.ts';

describe('PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.remove());

  it('keeps what it acknowledged when it is killed, and has its address again', async () => {
    const url = await server.createDatabase();
    const before = postgres(url, { max: 1 });
    await before`CREATE TABLE kept AS SELECT 7 AS number`;
    const pids = server.pids();
    await server.kill();
    expect(livingOf(pids)).toEqual([]);
    await before.end({ timeout: 0 });
    await server.start();
    const after = postgres(url, { max: 1 });
    expect(await after`SELECT number FROM kept`).toEqual([{ number: 7 }]);
    await after.end();
    await dropDatabase(url);
    const gone = postgres(url, { max: 1 });
    await expect(gone`SELECT 1`).rejects.toThrow('does not exist');
    await gone.end();
  });

  it('answers no connection, open or new, while it is paused', async () => {
    const sql = postgres(await server.createDatabase(), { max: 1 });
    await sql`SELECT 1`;
    await server.pause();
    let answered = false;
    const asked = sql`SELECT 1`.then(() => {
      answered = true;
    });
    const fresh = postgres(`postgres://${server.address}/postgres`, { max: 1, connect_timeout: 1 });
    await expect(fresh`SELECT 1`).rejects.toThrow();
    expect(answered).toBe(false);
    await server.resume();
    await asked;
    await Promise.all([sql.end(), fresh.end({ timeout: 0 })]);
  });
});
