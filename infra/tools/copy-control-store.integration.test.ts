import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, type ControlDb, openControlDb, readFeedState, readKeySnapshot } from '@sazabi/control-db';
import { copyControlStore as beginWithStore } from '@sazabi/control-db/testing';
import { startPostgres, type TestPostgres } from '@sazabi/test-parts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COPIED_TABLES, copyControlStore } from './copy-control-store.ts';

const NOT_COPIED = ['schema_migrations', 'api_replicas', 'maintenance', 'key_room'];
let folder: string;
let postgres: TestPostgres;
let from: ControlDb;
let to: ControlDb;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-copy-'));
  postgres = await startPostgres();
  await beginWithStore(folder);
  from = await openControlDb(`pglite:${join(folder, 'control')}`);
  to = await openControlDb(await postgres.createDatabase());
  await bootstrap(from, {});
});
afterAll(async () => {
  await from.close();
  await to.close();
  await postgres.remove();
  rmSync(folder, { recursive: true });
});

it('copies every table but those of a running system', async () => {
  const tables = await to.orm
    .select({ name: sql<string>`table_name` })
    .from(sql`information_schema.tables`)
    .where(sql`table_schema = 'public'`);
  expect(tables.map(({ name }) => name).toSorted()).toEqual([...COPIED_TABLES, ...NOT_COPIED].toSorted());
});

it('leaves keys, and who the store is, as they were; a second copy is refused', async () => {
  expect((await copyControlStore(from, to)).get('public_keys')).toBe(1);
  const nowMs = Date.now();
  const [before, after] = await Promise.all([from, to].map(({ orm }) => readKeySnapshot(orm, nowMs)));
  expect(after).toEqual(before);
  expect(await readFeedState(to.orm)).toEqual(await readFeedState(from.orm));
  await expect(copyControlStore(from, to)).rejects.toThrow('organizations already');
  expect(await readFeedState(to.orm)).toEqual(await readFeedState(from.orm));
});
