// Usage out of the real engine: exact, paged, within the scope, and by the projection.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logScope } from '../query/log-scope.ts';
import { render } from '../query/sql.ts';
import { PROJECT, startTestStore, type TestStore, testLog, visible } from '../test-store.ts';
import {
  listStoredUsage,
  type StoredUsage,
  type StoredUsagePlace,
  type StoredUsageQuery,
  usageSelect,
} from './list-usage.ts';

const OTHER_PROJECT = '22222222-2222-4333-8444-555555555555';
const [KEY_A, KEY_B] = ['aaaaaaaa-2222-4333-8444-555555555555', 'bbbbbbbb-2222-4333-8444-555555555555'];
const scope = logScope({ organizationId: randomUUID(), projects: visible([PROJECT, OTHER_PROJECT]), mode: 'live' });
const JUNE: StoredUsageQuery = { fromDay: '2026-06-01', toDay: '2026-06-30', after: null, limit: 100 };

let store: TestStore;
const list = (query: Partial<StoredUsageQuery> = {}, of = scope) =>
  listStoredUsage(store.reader, of, { ...JUNE, ...query });

function logsOf(count: number, given: Parameters<typeof testLog>[0]) {
  return Array.from({ length: count }, () => testLog({ key_id: KEY_A, bytes: 10, ...given }));
}

beforeAll(async () => {
  store = await startTestStore();
  await store.insert([
    ...logsOf(3, { received_at: '2026-06-14 23:59:59.999' }),
    ...logsOf(2, { received_at: '2026-06-15 00:00:00.000' }),
    ...logsOf(4, { received_at: '2026-06-15 12:00:00.000', key_id: KEY_B, bytes: 7 }),
    ...logsOf(5, { received_at: '2026-06-15 12:00:00.000', project_id: OTHER_PROJECT }),
    ...logsOf(6, { received_at: '2026-06-15 12:00:00.000', mode: 'test' }),
    ...logsOf(7, { received_at: '2026-06-15 12:00:00.000', project_id: randomUUID() }),
    ...logsOf(8, { received_at: '2026-05-31 12:00:00.000' }),
    // Expired and never seen again, and yet it was stored.
    ...logsOf(1, { received_at: '2026-06-01 12:00:00.000', expires_on: '2026-06-02' }),
  ]);
});
afterAll(() => store.close());

const EXPECTED: readonly StoredUsage[] = [
  { day: '2026-06-15', projectId: OTHER_PROJECT, keyId: KEY_A, logs: 5, bytes: 50 },
  { day: '2026-06-15', projectId: PROJECT, keyId: KEY_B, logs: 4, bytes: 28 },
  { day: '2026-06-15', projectId: PROJECT, keyId: KEY_A, logs: 2, bytes: 20 },
  { day: '2026-06-14', projectId: PROJECT, keyId: KEY_A, logs: 3, bytes: 30 },
  { day: '2026-06-01', projectId: PROJECT, keyId: KEY_A, logs: 1, bytes: 10 },
];

describe('stored usage', () => {
  it('counts logs and bytes per day received, project and key, of the scope alone', async () => {
    expect(await list()).toEqual(EXPECTED);
    expect(await list({ projectId: OTHER_PROJECT })).toEqual(EXPECTED.slice(0, 1));
    expect(await list({ projectId: randomUUID() })).toEqual([]);
    expect(await list({ fromDay: '2026-06-14', toDay: '2026-06-14' })).toEqual(EXPECTED.slice(3, 4));
    expect(await list({}, logScope({ ...scope, projects: [] }))).toEqual([]);
  });

  it('is paged, each row once', async () => {
    const seen: StoredUsagePlace[] = [];
    for (let after: StoredUsagePlace | null = null; ; ) {
      const [row]: StoredUsage[] = await list({ after, limit: 1 });
      if (row === undefined) break;
      seen.push(row);
      after = row;
    }
    expect(seen).toEqual(EXPECTED);
  });

  it('what was kept of a day stands in for rows that are gone, and never adds to those that are there', async () => {
    const kept = (day: string, logs: number) => ({
      day,
      project_id: PROJECT,
      mode: 'live',
      key_id: KEY_A,
      logs,
      bytes: logs * 10,
    });
    await store.app.insert({
      table: 'usage_daily',
      format: 'JSONEachRow',
      values: [kept('2026-06-14', 2), kept('2026-06-14', 3), kept('2026-06-01', 9), kept('2026-06-10', 6)],
    });
    const rows = await list({ projectId: PROJECT, toDay: '2026-06-14' });
    expect(rows.map(({ day, logs, bytes }) => [day, logs, bytes])).toEqual([
      ['2026-06-14', 3, 30],
      ['2026-06-10', 6, 60],
      ['2026-06-01', 9, 90],
    ]);
  });

  it('is answered by the projection, one row of it a key and day', async () => {
    const select = render(usageSelect(scope, JUNE));
    const result = await store.app.query({ ...select, query: `EXPLAIN ${select.query}`, format: 'JSONEachRow' });
    const plan = await result.json<{ explain: string }>();
    const text = plan.map(({ explain }) => explain).join('\n');
    expect(text).toContain('ReadFromMergeTree (usage)');
    expect(text).not.toContain('.logs)');
  });
});
