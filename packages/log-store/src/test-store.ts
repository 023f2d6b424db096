// For tests: the real engine on a folder of its own, migrated and with the codec that a consumer gives it, with a client of each user.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { singleServer } from './ingest/ingest-target.ts';
import { settleCodec } from './ingest/settle-codec.ts';
import { migrateLogStore } from './migrate.ts';
import { openLogStore } from './open-log-store.ts';
import type { VisibleProject } from './query/log-scope.ts';

/** A row of `logs` as JSONEachRow takes it. */
export interface TestLog {
  readonly project_id: string;
  readonly mode: string;
  readonly timestamp: string;
  readonly received_at: string;
  readonly expires_on: string;
  readonly severity_number: number;
  readonly level: string;
  readonly service: string;
  readonly environment: string;
  readonly host: string;
  readonly message: string;
  readonly event_name: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly key_id: string;
  readonly bytes: number;
  readonly batch_id: string;
  readonly ordinal: number;
}

export interface TestStore {
  readonly engine: EmbeddedClickHouse;
  readonly app: ClickHouseClient;
  readonly reader: ClickHouseClient;
  insert(logs: readonly TestLog[]): Promise<void>;
  close(): Promise<void>;
}

/** The time that tests ask at, and an hour in which their logs lie. */
export const NOW_MS = Date.UTC(2026, 5, 15, 12);
export const PROJECT = '11111111-2222-4333-8444-555555555555';

/** Projects that show logs of ten years. */
export function visible(projectIds: readonly string[]): readonly VisibleProject[] {
  return projectIds.map((id) => ({ id, retentionDays: 3650, hiddenBeforeMs: null, earlierRetentions: [] }));
}

/** A log with what a test cares about; the rest is the same for all. */
export function testLog(given: Partial<TestLog> = {}): TestLog {
  return {
    project_id: PROJECT,
    mode: 'live',
    timestamp: '2026-06-15 11:30:00.000000000',
    received_at: '2026-06-15 11:30:00.500',
    expires_on: '2026-07-15',
    severity_number: 9,
    level: 'info',
    service: '',
    environment: '',
    host: '',
    message: '',
    event_name: '',
    trace_id: '',
    span_id: '',
    attributes: {},
    key_id: 'key-1',
    bytes: 1,
    batch_id: randomUUID(),
    ordinal: 0,
    ...given,
  };
}

/** Starts an engine; each test file has its own. */
export async function startTestStore(): Promise<TestStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sazabi-log-store-'));
  const engine = await startEmbeddedClickHouse({ dataDir });
  const app = openLogStore(engine.appUrl, { application: 'test' });
  const reader = openLogStore(engine.readerUrl, { application: 'test' });
  await migrateLogStore(app);
  await settleCodec(singleServer(app, true));
  // Rows of 2026 must not be dropped, and expired ones must lie there for the queries to hide.
  await app.command({ query: 'ALTER TABLE logs REMOVE TTL' });
  return {
    engine,
    app,
    reader,
    insert: async (logs) => {
      await app.insert({ table: 'logs', values: logs, format: 'JSONEachRow' });
    },
    close: async () => {
      await Promise.all([app.close(), reader.close()]);
      await engine.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
