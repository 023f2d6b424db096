// What the table of letters does by itself: they end, and are found by their records.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStore, type TestStore } from '../test-store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

describe('letters', () => {
  it('go 30 days after their day, those of before there was an end too; the others stay readable', async () => {
    const end = await readFile(new URL('../migrations/0005-dead-letters-end.sql', import.meta.url), 'utf8');
    await store.app.command({ query: 'ALTER TABLE dead_letters REMOVE TTL' });
    const put = (reason: string, days: number) =>
      store.app.command({
        query: `INSERT INTO dead_letters (id, reason, value, expires_on)
SELECT generateUUIDv4(), '${reason}', 'bytes', toDate(now('UTC')) + ${days}`,
      });
    const left = async () => {
      await store.app.command({ query: 'OPTIMIZE TABLE dead_letters FINAL' });
      const found = await store.app.query({
        query: "SELECT concat(reason, ': ', value) AS letter FROM dead_letters FINAL ORDER BY reason",
        format: 'JSONEachRow',
      });
      return (await found.json<{ letter: string }>()).map(({ letter }) => letter);
    };
    await put('expired', -28);
    await put('over', -32);
    expect(await left()).toEqual(['expired: bytes', 'over: bytes']);
    await store.app.command({ query: end });
    await expect.poll(left, { timeout: 20_000 }).toEqual(['expired: bytes']);
    await put('waits', 30);
    await put('over when it comes', -32);
    await expect.poll(left, { timeout: 20_000 }).toEqual(['expired: bytes', 'waits: bytes']);
    await store.app.command({ query: 'TRUNCATE TABLE dead_letters' });
  });

  it('are found by their records without reading all of them', async () => {
    await store.app.command({
      query: `INSERT INTO dead_letters (id, record_id, expires_on)
SELECT generateUUIDv4(), toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number), 12, '0'))), today() FROM numbers(100000)`,
    });
    const foreign = Array.from({ length: 50 }, () => randomUUID());
    const ours = '00000000-0000-4000-8000-000000054321';
    const found = await store.app.query({
      query: `SELECT toString(record_id) AS id FROM dead_letters FINAL
WHERE record_id IN (${[...foreign, ours].map((id) => `'${id}'`).join(', ')}) AND taken_back = 0`,
      format: 'JSON',
    });
    const { data, statistics } = await found.json<{ id: string }>();
    expect(data).toEqual([{ id: ours }]);
    expect(statistics?.rows_read).toBeLessThan(50_000);
    await store.app.command({ query: 'TRUNCATE TABLE dead_letters' });
  });
});
