// How parts of `logs` are compressed: LZ4 as they are inserted, ZSTD(1) once they are merged, and so are those of before.
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestStore, type TestStore, testLog } from './test-store.ts';

const MIGRATIONS = new URL('migrations/', import.meta.url);
/** From this one on inserts and merges have their own codec. */
const FIRST_OF_NOW = '0013';
const OF_LOGS = /^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) logs\b/m;
const DAY = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
afterAll(async () => {
  await store.close();
});

/** What migrations of which `take` is true make of `logs`, under another name: the test store's own has no TTL. */
async function migrate(table: string, take: (name: string) => boolean): Promise<void> {
  for (const name of (await readdir(MIGRATIONS)).sort().filter(take)) {
    const source = await readFile(new URL(name, MIGRATIONS), 'utf8');
    if (OF_LOGS.test(source)) await store.app.command({ query: source.replace(OF_LOGS, `$1 ${table}`) });
  }
}

async function insert(table: string): Promise<void> {
  await store.app.insert({ table, format: 'JSONEachRow', values: [testLog({ expires_on: DAY })] });
}

async function merge(table: string): Promise<void> {
  await store.app.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
}

/** Of the parts that are as they were inserted, or of those that are there now. */
async function codecs(table: string, which: 'level = 0' | 'active'): Promise<readonly string[]> {
  const query = `SELECT default_compression_codec AS codec FROM system.parts WHERE table = '${table}' AND ${which}`;
  const parts = await (await store.app.query({ query, format: 'JSONEachRow' })).json<{ codec: string }>();
  return parts.map(({ codec }) => codec);
}

it('an inserted part has LZ4, what it is merged into ZSTD(1)', async () => {
  await migrate('merged', () => true);
  await insert('merged');
  await insert('merged');
  await merge('merged');
  expect(await codecs('merged', 'level = 0')).toEqual(['LZ4', 'LZ4']);
  expect(await codecs('merged', 'active')).toEqual(['ZSTD(1)']);
});

it('a part that finds no other is written anew by itself', async () => {
  await migrate('alone', () => true);
  await insert('alone');
  await expect.poll(() => codecs('alone', 'active'), { timeout: 20_000, interval: 200 }).toEqual(['ZSTD(1)']);
});

it('parts of before are merged by ZSTD(1)', async () => {
  await migrate('before', (name) => name < FIRST_OF_NOW);
  await insert('before');
  await insert('before');
  await migrate('before', (name) => name >= FIRST_OF_NOW);
  await merge('before');
  expect(await codecs('before', 'active')).toEqual(['ZSTD(1)']);
});
