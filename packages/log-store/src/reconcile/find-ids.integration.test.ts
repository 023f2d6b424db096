// What the store has of the ids on the bus: more of them than one parameter holds, on the real engine.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestStore, type TestStore, testLog } from '../test-store.ts';
import { findIds } from './find-ids.ts';

const DAY = 30_000;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

it('counts the logs of each of 8192 requests in a record', async () => {
  const requestIds = Array.from({ length: 8192 }, () => randomUUID());
  const stored = requestIds.filter((_, at) => at % 1000 === 0);
  await store.insert(stored.flatMap((batch_id) => [testLog({ batch_id }), testLog({ batch_id, ordinal: 1 })]));
  const { rows, tombstones, removed } = await findIds(store.reader, [{ id: randomUUID(), day: DAY, requestIds }]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(stored.map((id) => [id, 2])));
  expect([tombstones.size, removed.size]).toEqual([0, 0]);
});
