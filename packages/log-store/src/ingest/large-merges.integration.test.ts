// What merges read at once of large logs among small ones stays small, however often they are merged: a granule of each part.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestStore, type TestStore } from '../test-store.ts';
import { ONE_PART } from '../testing/one-part.ts';
import { singleServer } from './ingest-target.ts';
import { mergeByRows } from './merge-by-rows.ts';

/** As many parts as become one. */
const PARTS = 10;
/** Of one project, enough in all that ClickHouse would merge them column by column. */
const SMALL = 14_000;
/** Of another, so that all of them come to lie side by side. */
const LARGE = 20;
const LARGE_BYTES = 240_000;
/** What a merge writes at a time (ClickHouse's `merge_max_block_size_bytes`), to which a log may come on top. */
const BLOCK_BYTES_MAX = 10 * 1024 * 1024;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

/** One part as the consumer makes it: large logs lie in one granule, as its rows are reckoned from the mean of all. */
async function insertPart(index: number): Promise<void> {
  const large = `number < ${LARGE}`;
  await store.app.command({
    query: `INSERT INTO logs (project_id, mode, timestamp, received_at, expires_on, level, message, attributes, bytes, batch_id, ordinal)
SELECT if(${large}, '11111111-0000-4000-8000-000000000000', '22222222-0000-4000-8000-000000000000'), 'live',
  toDateTime64('2026-06-15 11:30:00', 9, 'UTC') + toIntervalMillisecond(number), '2026-06-15 11:40:00', '2026-07-15', 'info',
  concat('log ', toString(number), repeat('x', if(${large} AND number % 2 = 0, ${LARGE_BYTES}, 0))),
  map('stack', concat('at ', repeat('y', if(${large} AND number % 2 = 1, ${LARGE_BYTES}, 0)))),
  if(${large}, ${LARGE_BYTES}, 20), toUUID('0198c3d5-0000-7000-8000-00000000000${index}'), number FROM numbers(${SMALL + LARGE})`,
    clickhouse_settings: ONE_PART,
  });
}

/** Bytes of the largest granule, and the number of parts. */
async function largestGranule(): Promise<{ parts: number; bytes: number }> {
  const result = await store.app.query({
    query: `SELECT uniqExact(part) AS parts, toUInt32(max(granule)) AS bytes FROM (
  SELECT log.part AS part, mark.start AS start, sum(log.bytes) AS granule
  FROM (SELECT _part AS part, toUInt64(_part_offset) AS at, bytes FROM logs) AS log
  ASOF JOIN (
    SELECT part_name AS part, sum(rows_in_granule) OVER (PARTITION BY part_name ORDER BY mark_number) - rows_in_granule AS signed, toUInt64(signed) AS start
    FROM mergeTreeIndex(currentDatabase(), 'logs')
  ) AS mark ON log.part = mark.part AND log.at >= mark.start
  GROUP BY part, start
)`,
    format: 'JSONEachRow',
  });
  const [found] = await result.json<{ parts: string; bytes: number }>();
  return { parts: Number(found?.parts), bytes: Number(found?.bytes) };
}

it('a granule is of 10 MiB at most once parts are merged, not of the large logs of all of them', async () => {
  const server = singleServer(store.app, true);
  expect((await Promise.all([mergeByRows(server), mergeByRows(server)])).some(Boolean)).toBe(true);
  expect(await mergeByRows(server)).toBe(false);
  for (let index = 0; index < PARTS; index++) await insertPart(index);
  expect((await largestGranule()).bytes).toBeGreaterThan(LARGE * LARGE_BYTES);
  await store.app.command({ query: 'OPTIMIZE TABLE logs FINAL' });
  const { parts, bytes } = await largestGranule();
  expect(parts).toBe(1);
  expect(bytes).toBeLessThan(BLOCK_BYTES_MAX + LARGE_BYTES);
});
