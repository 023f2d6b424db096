// Child process of the test of failed writes: an engine whose files are limited in size (ulimit -f) merges parts into one that is larger.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { lookUp, losesFailedWrites, singleServer } from '../ingest/index.ts';
import { migrateLogStore } from '../migrate.ts';
import { openLogStore } from '../open-log-store.ts';
import { testLog } from '../test-store.ts';

const PARTS = 12;
/** Twelve of them are more than the limit of 1 MiB, one is far below. */
const FILL_BYTES = 100_000;
const DIED_DEADLINE_MS = 20_000;
const DAY = Math.floor(Date.now() / 86_400_000) + 30;
const EXPIRES_ON = new Date(DAY * 86_400_000).toISOString().slice(0, 10);

const dataDir = mkdtempSync(join(tmpdir(), 'sazabi-failed-write-'));
try {
  const ids = Array.from({ length: PARTS }, () => randomUUID());
  const before = await open();
  await migrateLogStore(before.client);
  // Merged when it is said to be, here and after the restart.
  const settings = 'max_bytes_to_merge_at_max_space_in_pool = 1, min_bytes_for_wide_part = 0';
  await before.client.command({ query: `ALTER TABLE logs MODIFY SETTING ${settings}` });
  for (const batch_id of ids) {
    const attributes = { fill: randomBytes(FILL_BYTES).toString('latin1') };
    const values = [testLog({ batch_id, expires_on: EXPIRES_ON, attributes })];
    await before.client.insert({ table: 'logs', values, format: 'JSONEachRow' });
  }
  const known = await before.known(ids);
  const merged = await before.client.command({ query: 'OPTIMIZE TABLE logs FINAL' }).then(() => 'merged', String);
  const lookedUp = await before.known(ids).catch(String);
  const died = await Promise.race([before.engine.died, pause(DIED_DEADLINE_MS, 'it lives on', { ref: false })]);
  await before.close();

  const after = await open();
  const knownAfter = await after.known(ids);
  const read = await after.client.query({
    query: "SELECT toUInt32(countIf(lengthUTF8(attributes['fill']) = {length:UInt32})) AS whole FROM logs",
    query_params: { length: FILL_BYTES },
    format: 'JSONEachRow',
  });
  const [row] = await read.json<{ whole: number }>();
  await after.close();
  process.stdout.write(JSON.stringify({ known, merged, lookedUp, died, knownAfter, whole: row?.whole }));
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

async function open() {
  const engine = await startEmbeddedClickHouse({ dataDir });
  const client = openLogStore(engine.appUrl, { application: 'test' });
  const target = singleServer(client, await losesFailedWrites(client));
  const records = (ids: readonly string[]) => ids.map((id) => ({ id, day: DAY, requestIds: [] }));
  return {
    engine,
    client,
    known: async (ids: readonly string[]) => (await lookUp(target, records(ids), null)).known.size,
    close: async () => {
      await client.close();
      await engine.stop();
    },
  };
}
