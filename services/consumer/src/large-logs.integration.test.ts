// A server is set to merge by rows once many large logs have come; one that cannot be is asked again, and says so meanwhile.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createLogger } from '@sazabi/lifecycle';
import { migrateLogStore, openLogStore } from '@sazabi/log-store';
import { mergeByRows, settleCodec, singleServer } from '@sazabi/log-store/ingest';
import { expect, it } from 'vitest';
import { until } from './fixtures/until.ts';
import { largeLogMerges } from './large-logs.ts';
import { LARGE_LOGS_BYTES_MIN } from './limits.ts';

it('a server that fails is asked again by a later insert, and merges by rows after a restart too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-large-'));
  const open = async () => {
    const engine = await startEmbeddedClickHouse({ dataDir: folder });
    return { engine, client: openLogStore(engine.appUrl, { application: 'test' }) };
  };
  let { engine, client } = await open();
  try {
    const server = singleServer(client, true);
    const lines: string[] = [];
    const mergeLargeLogs = largeLogMerges(createLogger('test', 'info', { write: (line) => lines.push(line) }), 1);
    // There is no table yet: asked too early, it would warn.
    mergeLargeLogs(server, LARGE_LOGS_BYTES_MIN - 1);
    await client.ping();
    expect(lines).toEqual([]);
    mergeLargeLogs(server, 1);
    await until('a warning', async () => lines.some((line) => /log_store_merges_failed.*60 UNKNOWN_TABLE/.test(line)));
    await migrateLogStore(client);
    await until('merged by rows', async () => {
      mergeLargeLogs(server, 1);
      return lines.some((line) => line.includes('log_store_merges_by_rows'));
    });
    await client.close();
    await engine.stop();
    ({ engine, client } = await open());
    await migrateLogStore(client);
    await settleCodec(singleServer(client, true));
    expect(await mergeByRows(singleServer(client, true))).toBe(false);
  } finally {
    await client.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
