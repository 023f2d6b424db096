// For tests: engines on temporary folders that are stopped and removed afterwards, and small questions to them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll } from 'vitest';
import { type EmbeddedClickHouse, type EmbeddedClickHouseOptions, startEmbeddedClickHouse } from './index.ts';

/** What the file's tests have started, ended in reverse. */
const endings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

/** A folder that is removed after the file's tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sazabi-engine-'));
  endings.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts an engine that ends, at the latest, after the file's tests. */
export async function startEngine(options: EmbeddedClickHouseOptions): Promise<EmbeddedClickHouse> {
  const engine = await startEmbeddedClickHouse(options);
  endings.push(engine.stop);
  return engine;
}

/** Runs one query with a client of its own; rows as objects. */
export async function ask<Row = Record<string, unknown>>(url: string, query: string, settings = {}): Promise<Row[]> {
  return withClient(url, async (client) => {
    const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
    return result.json<Row>();
  });
}

/** Runs a statement without an answer. */
export async function run(url: string, query: string, settings = {}): Promise<void> {
  await withClient(url, (client) => client.command({ query, clickhouse_settings: settings }));
}

async function withClient<T>(url: string, use: (client: ClickHouseClient) => Promise<T>): Promise<T> {
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
