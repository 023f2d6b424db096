// The hourly work over a real control store and the real engine: what becomes of the rows, and whose turn it is.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ControlDb,
  changeProject,
  createProject,
  deleteProject,
  endTurn,
  foundOrganization,
  lastMaintenance,
  openControlDb,
  type Project,
  takeTurn,
} from '@sazabi/control-db';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createLogger, createMetrics } from '@sazabi/lifecycle';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDataDir } from '../test-data-dir.ts';
import { keepMaintained } from './maintenance.ts';
import { runMaintenance } from './run-maintenance.ts';
import { type StoreTargets, storeTargets } from './store-targets.ts';

const OPERATOR = { type: 'operator' } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOGS_A_DAY = 2;

let folder: string;
let controlFolder: string;
let engine: EmbeddedClickHouse;
let app: ClickHouseClient;
let db: ControlDb;
let targets: StoreTargets;
let organizationId: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maintenance-'));
  engine = await startEmbeddedClickHouse({ dataDir: folder });
  app = openLogStore(engine.appUrl, { application: 'test' });
  await migrateLogStore(app);
  controlFolder = await makeDataDir();
  db = await openControlDb(`pglite:${join(controlFolder, 'control')}`);
  targets = storeTargets(engine.appUrl, null);
  organizationId = (await foundOrganization(db.orm, 'Ours', OPERATOR)).organization.id;
});
afterAll(async () => {
  await targets.close();
  await app.close();
  await engine.stop();
  await db.close();
  for (const each of [folder, controlFolder]) rmSync(each, { recursive: true, force: true });
});

/** A project with 90 days of retention and logs of so many days ago. */
async function projectWithLogs(days = [0, 10, 40]): Promise<Project> {
  const project = await createProject(db.orm, organizationId, { name: 'Shop', retentionDays: 90 }, OPERATOR);
  const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
  for (const daysAgo of days) {
    const receivedMs = Date.now() - daysAgo * DAY_MS;
    const batchId = randomUUID();
    await app.insert({
      table: 'logs',
      format: 'JSONEachRow',
      values: Array.from({ length: LOGS_A_DAY }, (_, ordinal) => ({
        project_id: project.id,
        mode: 'live',
        timestamp: text(receivedMs),
        received_at: text(receivedMs),
        expires_on: text(receivedMs + 90 * DAY_MS).slice(0, 10),
        message: 'secret',
        key_id: 'key',
        bytes: 7,
        batch_id: batchId,
        ordinal,
      })),
    });
  }
  return project;
}

async function ask(query: string): Promise<number> {
  const result = await app.query({ query, format: 'JSONCompactEachRow' });
  return Number((await result.json<[string]>())[0]?.[0]);
}
const rowsOf = ({ id }: Project) => ask(`SELECT count() FROM logs WHERE project_id = '${id}'`);
const usageOf = ({ id }: Project) =>
  ask(
    `SELECT sum(l) FROM (SELECT max(logs) AS l FROM usage_daily WHERE project_id = '${id}' GROUP BY day, mode, key_id)`,
  );
const run = (afterMs = 0, rewrite = false) =>
  runMaintenance(db, targets, { rewrite, nowMs: Date.now() + afterMs, goOn: async () => undefined });

describe('a run', () => {
  it('removes what a shorter retention hides, and in time what grows out of it; the counts stay', async () => {
    const [project, other] = [await projectWithLogs(), await projectWithLogs()];
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    expect(await run()).toMatchObject({ removedRows: LOGS_A_DAY });
    expect(await rowsOf(project)).toBe(2 * LOGS_A_DAY);
    expect(await run(HOUR_MS)).toEqual({ projects: 0, removedRows: 0 });
    expect(await run(21 * DAY_MS)).toMatchObject({ removedRows: LOGS_A_DAY });
    expect(await rowsOf(project)).toBe(LOGS_A_DAY);
    expect(await usageOf(project)).toBe(3 * LOGS_A_DAY);
    expect(await rowsOf(other)).toBe(3 * LOGS_A_DAY);
  });

  it('takes nothing from a list that was begun up to nine hours ago', async () => {
    const project = await projectWithLogs([10]);
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    await run(20 * DAY_MS + 8 * HOUR_MS);
    expect(await rowsOf(project)).toBe(LOGS_A_DAY);
    await run(20 * DAY_MS + 21 * HOUR_MS);
    expect(await rowsOf(project)).toBe(0);
  });

  it('leaves to its partition what was received under the present retention', async () => {
    const project = await projectWithLogs([10, -3]);
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    await run(34 * DAY_MS);
    expect(await rowsOf(project)).toBe(LOGS_A_DAY);
    expect(await run(35 * DAY_MS)).toEqual({ projects: 0, removedRows: 0 });
  });

  it('ends a removal that has failed for long, and removes what it left', async () => {
    const project = await projectWithLogs([40]);
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    const day = new Date(Date.now() + 50 * DAY_MS).toISOString().slice(0, 10);
    await app.command({
      query: `DELETE FROM logs IN PARTITION '${day}' WHERE throwIf(project_id = '${project.id}') = 0`,
      clickhouse_settings: { lightweight_deletes_sync: '0' },
    });
    const failing = () => ask("SELECT countIf(latest_fail_reason != '') FROM system.mutations WHERE NOT is_done");
    await vi.waitFor(async () => expect(await failing()).toBe(1), { timeout: 30_000, interval: 50 });
    await expect(run()).rejects.toThrow('does not get on');
    const options = { rewrite: false, nowMs: Date.now(), goOn: async () => undefined, failedSeconds: 0 };
    expect(await runMaintenance(db, targets, options)).toMatchObject({ removedRows: LOGS_A_DAY });
    expect(await rowsOf(project)).toBe(0);
  });

  it('removes all of a deleted project when what was on its way has come, from the disk too', async () => {
    const project = await projectWithLogs();
    await deleteProject(db.orm, organizationId, project.id, OPERATOR);
    await run();
    expect(await rowsOf(project)).toBe(3 * LOGS_A_DAY);
    await run(2 * HOUR_MS, true);
    expect(await rowsOf(project)).toBe(0);
    expect(await usageOf(project)).toBe(3 * LOGS_A_DAY);
    expect(await ask("SELECT countIf(has_lightweight_delete) FROM system.parts WHERE table = 'logs' AND active")).toBe(
      0,
    );
  });

  it('is not noted as done where a write may have been lost since the counts were copied', async () => {
    const project = await projectWithLogs([40]);
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    const [server = expect.fail('There is one server.')] = await targets.open();
    /** Since when each question is about, in whole seconds; only the one before rows are removed is answered with yes. */
    const asked: unknown[] = [];
    const query: typeof app.query = (parameters) => {
      if (!/uptime\(\)/.test(parameters.query)) return app.query(parameters);
      asked.push(parameters.query_params?.seconds);
      return asked.length === 1 ? app.query(parameters) : Promise.reject(new Error('a write failed'));
    };
    const command: typeof app.command = async (parameters) => {
      const result = await app.command(parameters);
      if (parameters.query.startsWith('INSERT INTO usage_daily')) await sleep(1_100);
      return result;
    };
    const losing = {
      ...targets,
      client: Object.create(app, { command: { value: command } }),
      open: async () => [{ ...server, client: Object.create(app, { query: { value: query } }) }],
    };
    const options = { rewrite: false, nowMs: Date.now(), goOn: async () => undefined };
    await expect(runMaintenance(db, losing, options)).rejects.toThrow('a write failed');
    expect(asked.map(Number).every((seconds) => seconds >= 1)).toBe(true);
    expect(await rowsOf(project)).toBe(0);
    expect(await run()).toMatchObject({ projects: 1 });
    expect(await run()).toMatchObject({ projects: 0 });
  });
});

describe('a turn', () => {
  it('is kept from the first step to the last, though nothing is to be removed', async () => {
    const asked: string[] = [];
    const goOn = async () => void asked.push('goOn');
    const step = async <T>(name: string, work: Promise<T>) => work.finally(() => asked.push(name));
    const client = new Proxy(targets.client, {
      get: (of, name) =>
        name === 'command'
          ? (query: Parameters<typeof of.command>[0]) => step('command', of.command(query))
          : Reflect.get(of, name, of),
    });
    await runMaintenance(db, { ...targets, client }, { rewrite: false, nowMs: Date.now(), goOn });
    expect(asked.slice(0, 3)).toEqual(['goOn', 'command', 'goOn']);
  });
});

describe('turns', () => {
  const registry = createMetrics('test');
  const metric = async (name: string) => {
    const { values } = (await registry.getSingleMetric(`sazabi_api_maintenance_${name}`)?.get()) ?? { values: [] };
    return values[0]?.value ?? 0;
  };
  const keep = (clickHouseUrl: string, intervalMs = HOUR_MS) => {
    registry.clear();
    return keepMaintained({
      db,
      clickHouseUrl,
      cluster: null,
      intervalMs,
      logger: createLogger('test', 'silent'),
      registry,
      timing: { startDelayMs: 1, pollMs: 20 },
    });
  };
  const holder = randomUUID();
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

  it('nothing is done while another replica has the turn; when it is gone another takes over', async () => {
    await takeTurn(db.orm, holder, { intervalMs: HOUR_MS, leaseMs: HOUR_MS });
    const project = await projectWithLogs();
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    const stop = keep(engine.appUrl);
    await until(async () => expect(await metric('last_success_timestamp_seconds')).toBe(0));
    expect(await rowsOf(project)).toBe(3 * LOGS_A_DAY);
    await endTurn(db.orm, holder, null);
    await until(async () => expect(await metric('last_success_timestamp_seconds')).toBeGreaterThan(0));
    expect(await rowsOf(project)).toBe(2 * LOGS_A_DAY);
    expect(await metric('removed_rows_total')).toBe(LOGS_A_DAY);
    await stop();
  });

  it('a store that is away is told, and asked again; the last success stays as it was', async () => {
    const before = await lastMaintenance(db.orm);
    const stop = keep('http://app:none@127.0.0.1:9/sazabi', -HOUR_MS);
    await until(async () => expect(await metric('failures_total')).toBeGreaterThan(1));
    expect(await lastMaintenance(db.orm)).toEqual(before);
    await stop();
  });

  it('a stop ends a run under way, and the next one makes up for it', async () => {
    const project = await projectWithLogs();
    await changeProject(db.orm, organizationId, project.id, { retentionDays: 30 }, OPERATOR);
    const ordered = () => ask('SELECT count() FROM system.mutations');
    const before = await ordered();
    const stop = keep(engine.appUrl, -HOUR_MS);
    await until(async () => expect(await ordered()).toBeGreaterThan(before));
    await stop();
    await run();
    expect(await rowsOf(project)).toBe(2 * LOGS_A_DAY);
  });
});
