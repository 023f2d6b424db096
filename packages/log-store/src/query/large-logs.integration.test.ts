// Hundreds of large logs in one granule, more than a query may hold: what reads their texts answers all the same.
import { type LogRow, type LogSearch, logsQuerySchema, logsVolumeSchema } from '@sazabi/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouseClient, openLogStore } from '../open-log-store.ts';
import { NOW_MS, PROJECT, startTestStore, type TestStore, visible } from '../test-store.ts';
import { ONE_PART } from '../testing/one-part.ts';
import { findLog } from './find-log.ts';
import { logScope } from './log-scope.ts';
import { queryLogs } from './query-logs.ts';
import { queryVolume } from './query-volume.ts';
import { runSelect } from './run-select.ts';
import { type Sql, sql } from './sql.ts';

const SCOPE = logScope({ organizationId: 'organization', projects: visible([PROJECT]), mode: 'live' });
/** Of a fifth of what a reader has, so that the test need not write as much. */
const MEMORY_BYTES_MAX = 100_000_000;
const SMALL = 40_000;
/** In the second from 11:30 on, half of them with a large message, half with a large attribute: 53 MB of each. */
const LARGE = 800;
const LARGE_FROM = '2026-06-15T11:30:00Z';
const LARGE_TO = '2026-06-15T11:30:01Z';
const PADDING = 132_000;

let store: TestStore;
let reader: ClickHouseClient;
beforeAll(async () => {
  store = await startTestStore();
  reader = openLogStore(`${store.engine.readerUrl}?clickhouse_setting_max_memory_usage=${MEMORY_BYTES_MAX}`, {
    application: 'test',
  });
  await insertOneBlock();
}, 60_000);
afterAll(async () => {
  await reader.close();
  await store.close();
});

/** One block, as the consumer inserts: how many rows a granule has is reckoned from the mean of all, and the large ones lie in one. */
async function insertOneBlock(): Promise<void> {
  const large = `number < ${LARGE}`;
  await store.app.command({
    query: `INSERT INTO logs (project_id, mode, timestamp, received_at, expires_on, level, message, attributes, bytes, batch_id, ordinal)
SELECT '${PROJECT}', 'live', toDateTime64('2026-06-15 11:30:00', 9, 'UTC') + toIntervalMillisecond(if(${large}, number, 2000 + number)),
  '2026-06-15 11:40:00', '2026-07-15', if(number % 7 = 0, 'error', 'info'),
  concat('log ', toString(number), if(${large} AND number % 2 = 0, concat(' large ', repeat('x', ${PADDING})), ' small')),
  if(${large} AND number % 2 = 1, map('stack', concat('at ', toString(number), ' ', repeat('y', ${PADDING}))), map('n', toString(number))),
  if(${large}, ${PADDING}, 20), toUUID('0198c3d5-0000-7000-8000-000000000001'), number FROM numbers(${LARGE + SMALL})`,
    clickhouse_settings: ONE_PART,
  });
}

async function readAll(body: object): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  let cursor: string | null = null;
  do {
    const query = logsQuerySchema.parse({ from: LARGE_FROM, limit: 1000, ...body, cursor });
    const page = await queryLogs(reader, SCOPE, query, { nowMs: NOW_MS });
    expect(page.data.length).toBeGreaterThan(0);
    rows.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

function volume(body: object) {
  const request = logsVolumeSchema.parse({ from: LARGE_FROM, interval: '1h', ...body });
  return queryVolume(reader, SCOPE, request, { nowMs: NOW_MS });
}

const search = (query: string, mode: LogSearch['mode'] = 'all') => ({ search: { query, mode } });
const numbers = (step: number) => Array.from({ length: LARGE }, (_, at) => at).filter((at) => at % step === 0);
const ordinals = (rows: readonly LogRow[]) => rows.map(({ message }) => Number(message.split(' ')[1]));

describe('large logs in one granule', () => {
  it.each<[string, Sql]>([
    ['a search', sql`SELECT count() FROM logs PREWHERE position(lower(message), 'large') > 0`],
    ['an attribute', sql`SELECT count() FROM logs PREWHERE attributes['stack'] != ''`],
  ])('%s takes more memory than there is, as granules are read whole', async (_, select) => {
    await expect(runSelect(reader, select, {}).next()).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      message: expect.stringContaining('memory'),
    });
  });

  it('are counted by search and filters', async () => {
    expect((await volume(search('large'))).total).toBe(LARGE / 2);
    expect((await volume(search('small'))).total).toBe(LARGE / 2 + SMALL);
    expect((await volume(search('absent'))).total).toBe(0);
    expect((await volume(search('rge xxx', 'substring'))).total).toBe(LARGE / 2);
    const stack = { field: 'attributes.stack', op: 'contains', value: 'at 7 ' };
    expect((await volume({ filters: [stack] })).total).toBe(1);
    const rare = { field: 'level', op: 'eq', value: 'error' };
    expect((await volume({ ...search('large'), filters: [rare] })).total).toBe(
      numbers(7).filter((at) => at % 2 === 0).length,
    );
  });

  it('are counted by groups', async () => {
    const byLevel = await volume({ ...search('large'), groupBy: 'level' });
    expect(byLevel.series.map(({ total }) => total)).toEqual([342, 58]);
    const last = { field: 'attributes.stack', op: 'contains', value: `at ${LARGE - 1} ` };
    const byMessage = await volume({ filters: [last], groupBy: 'message' });
    expect(byMessage.series).toMatchObject([{ group: `log ${LARGE - 1} small`, total: 1 }]);
  });

  it.each(['desc', 'asc'] as const)('are listed page by page, each once, %s', async (sort) => {
    const expected = (step: number) => (sort === 'asc' ? numbers(step) : numbers(step).toReversed());
    const late = await readAll({ from: '2026-06-15T11:30:00.600Z', to: LARGE_TO, sort });
    expect(ordinals(late)).toEqual(expected(1).filter((at) => at >= 600));
    const level = { field: 'level', op: 'eq', value: 'error' };
    const rows = await readAll({ to: LARGE_TO, sort, ...search('large'), filters: [level], limit: 30 });
    expect(ordinals(rows)).toEqual(expected(14));
    expect(rows.every(({ message }) => message.length > PADDING)).toBe(true);
  });

  it('one is found by its id', async () => {
    const [last] = await readAll({ from: '2026-06-15T11:30:00.799Z', to: LARGE_TO });
    const log = await findLog(reader, SCOPE, last?.id ?? '', { nowMs: NOW_MS });
    expect(log).toEqual(last);
    expect(log.attributes.stack?.length).toBeGreaterThan(PADDING);
  });

  it('what needs them all at once is refused with what to do', async () => {
    await expect(volume({ ...search('large'), groupBy: 'message' })).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      message: expect.stringMatching(/memory.*shorter time range/),
    });
  });
});
