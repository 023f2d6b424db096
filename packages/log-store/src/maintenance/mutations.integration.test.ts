// Removals that fail on the real engine: they hold up all others, and are ended when they have failed for long.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { singleServer } from '../ingest/ingest-target.ts';
import { startTestStore, type TestStore, testLog } from '../test-store.ts';
import { findHiddenDays } from './hidden-rows.ts';
import { endFailedRemovals, failedLast } from './mutations.ts';
import { removeHiddenRows } from './remove-hidden.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const goOn = async () => undefined;
const inDays = (days: number) => new Date(NOW_MS + days * DAY_MS).toISOString().slice(0, 10);
const [DAY, NEXT_DAY] = [inDays(10), inDays(11)];

let store: TestStore;
let project: string;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await order('KILL MUTATION WHERE database = currentDatabase() AND NOT is_done SYNC');
  project = randomUUID();
  const values = [DAY, NEXT_DAY].map((expires_on) =>
    testLog({ project_id: project, batch_id: randomUUID(), expires_on }),
  );
  await store.app.insert({ table: 'logs', values, format: 'JSONEachRow' });
});

const order = (query: string) =>
  store.app.command({ query, clickhouse_settings: { lightweight_deletes_sync: '0', mutations_sync: '0' } });

async function ask(query: string): Promise<readonly number[]> {
  const result = await store.app.query({ query, format: 'JSONCompactEachRow' });
  return ((await result.json<string[]>())[0] ?? []).map(Number);
}

/** Those under way, and of them those that fail or wait for one that does. */
const underWay = () => ask("SELECT count(), countIf(latest_fail_reason != '') FROM system.mutations WHERE NOT is_done");
const until = (expected: readonly number[]) =>
  vi.waitFor(async () => expect(await underWay()).toEqual(expected), { timeout: 30_000, interval: 50 });

async function remove(): Promise<void> {
  const target = singleServer(store.app, true);
  const days = await findHiddenDays(target, [{ projectId: project, receivedBeforeMs: null }], NOW_MS);
  for (const day of days) await removeHiddenRows(target, day, { goOn });
}

it('a removal that has failed for long is ended with those that wait for it, and what they left is removed', async () => {
  await order(`DELETE FROM logs IN PARTITION '${DAY}' WHERE throwIf(project_id = '${project}') = 0`);
  await until([1, 1]);
  await order(`ALTER TABLE logs APPLY DELETED MASK IN PARTITION '${NEXT_DAY}'`);
  await until([2, 2]);
  expect(await endFailedRemovals(singleServer(store.app, true))).toEqual(new Set());
  await expect(remove()).rejects.toThrow('does not get on');
  expect(await endFailedRemovals(singleServer(store.app, true), 0)).toEqual(new Set([DAY, NEXT_DAY]));
  expect(await underWay()).toEqual([0, 0]);
  await remove();
  expect(await ask(`SELECT count() FROM logs WHERE project_id = '${project}'`)).toEqual([0]);
});

it('a mutation that is no removal is left to those who ordered it', async () => {
  await order(
    `ALTER TABLE logs UPDATE message = '' IN PARTITION '${DAY}' WHERE throwIf(project_id = '${project}') = 0`,
  );
  await until([1, 1]);
  expect(await endFailedRemovals(singleServer(store.app, true), 0)).toEqual(new Set());
  expect(await underWay()).toEqual([1, 1]);
});

it('partitions that have failed come last, the others in their order', () => {
  expect(failedLast(['a', 'b', 'c', 'd'], (day) => day, new Set(['a', 'c']))).toEqual(['b', 'd', 'a', 'c']);
});
