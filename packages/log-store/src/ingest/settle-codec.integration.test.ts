// How parts of `logs` are compressed, on a server that is configured for it and on one that is not, and from the one to the other.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateLogStore } from '../migrate.ts';
import { type ClickHouseClient, openLogStore } from '../open-log-store.ts';
import { testLog } from '../test-store.ts';
import { singleServer } from './ingest-target.ts';
import { settleCodec } from './settle-codec.ts';

/** Its rows are not dropped while the test runs. */
const DAY = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
/** The byte of a compressed block that tells its method lies behind the checksum. */
const METHOD_AT = 16;
const METHODS: Readonly<Record<number, string>> = { 130: 'LZ4', 144: 'ZSTD' };

let folder: string;
let engine: EmbeddedClickHouse;
let client: ClickHouseClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-store-codec-'));
  await start(false);
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

async function start(mergesByZstd: boolean): Promise<void> {
  engine = await startEmbeddedClickHouse({ dataDir: folder, mergesByZstd });
  client = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(client);
}

async function close(): Promise<void> {
  await client.close();
  await engine.stop();
}

/** How one more part is written, and then what all parts are merged into. */
async function written(): Promise<{ readonly inserted: string | undefined; readonly merged: string | undefined }> {
  await client.insert({ table: 'logs', format: 'JSONEachRow', values: [testLog({ expires_on: DAY })] });
  const inserted = await methodOfNewest();
  await client.command({ query: 'OPTIMIZE TABLE logs FINAL' });
  return { inserted, merged: await methodOfNewest() };
}

/** By which method the first column of the newest part is compressed, read from the part itself. */
async function methodOfNewest(): Promise<string | undefined> {
  const query = `SELECT path FROM system.parts
WHERE database = currentDatabase() AND table = 'logs' AND active ORDER BY modification_time DESC, max_block_number DESC, level DESC LIMIT 1`;
  const [part] = await (await client.query({ query, format: 'JSONEachRow' })).json<{ path: string }>();
  const file = await readFile(join(part?.path ?? '', 'data.bin'));
  return METHODS[file[METHOD_AT] ?? 0];
}

const settle = () => settleCodec(singleServer(client, true));

it('a server that is not configured for it has ZSTD(1) in inserted and merged parts', async () => {
  expect(await settle()).toBeNull();
  expect(await written()).toEqual({ inserted: 'ZSTD', merged: 'ZSTD' });
});

it('a folder of before is inserted into by LZ4 and merged by ZSTD(1) where the server is configured for it', async () => {
  await close();
  await start(true);
  expect(await Promise.all([settle(), settle()])).toContain('');
  expect(await settle()).toBeNull();
  expect(await written()).toEqual({ inserted: 'LZ4', merged: 'ZSTD' });
});

it('where the configuration is taken away all is ZSTD(1) again', async () => {
  await close();
  await start(false);
  expect(await settle()).toBe('ZSTD(1)');
  expect(await settle()).toBeNull();
  expect(await written()).toEqual({ inserted: 'ZSTD', merged: 'ZSTD' });
});
