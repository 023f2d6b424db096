// How the consumer starts when the store is not there, refuses it or cannot be relied on, and how it stops when the store hangs.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBus } from '@sazabi/bus';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createLogger, StartupError } from '@sazabi/lifecycle';
import { openLogStore } from '@sazabi/log-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsumerConfig } from './config.ts';
import { startConsumerProcess } from './fixtures/consumer-process.ts';
import { PROJECT_ID, sampleRecord } from './fixtures/sample-record.ts';
import { storedRows } from './fixtures/stored-rows.ts';
import { until } from './fixtures/until.ts';
import { prepareServer } from './prepare-store.ts';
import { run } from './run.ts';

describe('consumer, start and stop', () => {
  let folder: string;
  let engine: EmbeddedClickHouse;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-start-'));
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse') });
  });

  afterAll(async () => {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const config = (changes: Partial<ConsumerConfig> = {}) => ({
    bus: { url: `lmdb:${join(folder, 'bus')}`, kafka: undefined },
    clickHouseUrl: engine.appUrl,
    cluster: null,
    internal: { host: '127.0.0.1', port: 0, token: undefined },
    logLevel: 'silent' as const,
    ...changes,
  });

  it.each([
    ['a wrong password', (url: string) => url.replace(/:[^:@/]+@/, ':wrong@')],
    ['a database that is not there', (url: string) => url.replace(/\/sazabi$/, '/other')],
  ])('%s ends the start with one line', async (_, change) => {
    const failure = run(config({ clickHouseUrl: change(engine.appUrl) }));
    await expect(failure).rejects.toThrow(StartupError);
    await expect(failure).rejects.toThrow(/^CLICKHOUSE_URL is refused [^\n]*$/);
  });

  it('a bus that cannot be opened ends the start with one line', async () => {
    await writeFile(join(folder, 'file'), '');
    const failure = run(config({ bus: { url: `lmdb:${join(folder, 'file')}`, kafka: undefined } }));
    await expect(failure).rejects.toThrow(StartupError);
    await expect(failure).rejects.toThrow(/^[^\n]+$/);
  });

  it('a busy internal port ends the start with one line, before the bus is touched', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const busFolder = join(folder, 'bus-of-busy-port');
    const failure = run(
      config({
        bus: { url: `lmdb:${busFolder}`, kafka: undefined },
        internal: { host: '127.0.0.1', port: port ?? 0, token: undefined },
      }),
    );
    await expect(failure).rejects.toThrow(StartupError);
    await expect(failure).rejects.toThrow(/^[^\n]+$/);
    other.close();

    expect(existsSync(busFolder)).toBe(false);
  });

  it('waits for a store that is not there yet, and can be stopped meanwhile', async () => {
    const { port, credentials } = engine;
    await engine.stop();
    const stopping = new AbortController();
    const stopped = run(config(), { stopping: stopping.signal });
    stopping.abort();
    await (await stopped).close();

    const started = run(config());
    engine = await startEmbeddedClickHouse({ dataDir: join(folder, 'clickhouse'), port, credentials });
    await (await started).close();
  });

  it('leaves the codec of logs to a server that merges by ZSTD', async () => {
    const consumer = startConsumerProcess(folder, engine.appUrl);
    const store = openLogStore(engine.appUrl, { application: 'test' });
    await consumer.ready;
    await until('no codec is named', async () => {
      const query = "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'logs'";
      const result = await store.query({ query, format: 'JSONCompactEachRow' });
      const [row] = await result.json<[string]>();
      return row?.[0].includes("default_compression_codec = ''") ?? false;
    });
    await store.close();
    expect(await consumer.stop()).toBe(0);
  });

  it('starts without a choice of codec where that fails, and warns once', async () => {
    const client = openLogStore(engine.appUrl, { application: 'test' });
    const command: typeof client.command = (params) =>
      params.query.startsWith('OPTIMIZE') ? Promise.reject(new Error('no merge')) : client.command(params);
    const lines: string[] = [];
    const logger = createLogger('test', 'warn', { write: (line) => lines.push(line) });
    const server = {
      name: 'CLICKHOUSE_URL',
      client: Object.create(client, { command: { value: command } }),
      place: null,
    };
    expect(await prepareServer(server, logger, new AbortController().signal)).not.toBeNull();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: 'log_store_codec_failed', code: 'Error' }]);
    await client.close();
  });

  it('I10: stops within 10 s while the store hangs, and loses nothing', async () => {
    const bus = openBus(`lmdb:${join(folder, 'bus')}`);
    const producer = await bus.producer();
    const consumer = startConsumerProcess(folder, engine.appUrl);
    const internalUrl = await consumer.ready;
    process.kill(engine.pid, 'SIGSTOP');
    const record = sampleRecord([{ rows: 4 }]);
    await producer.append(0, record);
    await until('lag shows', async () => {
      const metrics = await (await fetch(`${internalUrl}/metrics`)).text();
      return /^sazabi_consumer_lag_records\{.*\} 1$/m.test(metrics);
    });
    const startedAtMs = performance.now();
    expect(await consumer.stop()).toBe(0);
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);

    process.kill(engine.pid, 'SIGCONT');
    const next = startConsumerProcess(folder, engine.appUrl);
    const store = openLogStore(engine.appUrl, { application: 'test' });
    await until('stored', async () => (await storedRows(store, PROJECT_ID)).get(record.id) === 4);
    await store.close();
    expect(await next.stop()).toBe(0);
    await producer.close();
    await bus.close();
  });
});
