// Dead letters and receipts of a cluster: letters lie on the shard of their record, and are read and settled from any server.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DeadLetter, putDeadLetters } from '../ingest/dead-letter.ts';
import { clusterServer } from '../ingest/ingest-target.ts';
import { insertTombstone } from '../ingest/insert.ts';
import { lookUp } from '../ingest/look-up.ts';
import type { ClickHouseClient } from '../open-log-store.ts';
import { logScope } from '../query/log-scope.ts';
import { receiptState } from '../receipts/receipt-state.ts';
import { startTestShards, type TestShards } from '../test-shards.ts';
import { findLetter } from './find-letter.ts';
import { listLetters } from './list-letters.ts';
import { deleteLetter, markReplayed } from './settle-letter.ts';

const DAY = Math.floor(Date.now() / 86_400_000) + 30;

let started: TestShards;
let shards: readonly ClickHouseClient[];

beforeAll(async () => {
  started = await startTestShards();
  ({ shards } = started);
});
afterAll(() => started.close());

/** As the consumer of a bus partition does, on its shard. */
async function bury(partition: number, projectId: string): Promise<DeadLetter> {
  const client = shards[partition % 2];
  if (client === undefined) throw new Error('a shard');
  const target = clusterServer(client, false);
  const recordId = randomUUID();
  const letter: DeadLetter = {
    id: randomUUID(),
    recordId,
    originId: recordId,
    replays: 0,
    owner: { projectId, mode: 'live' },
    day: DAY,
    rows: 2,
    bytes: 9,
    requests: [],
    reason: 'refused',
    partition,
    offset: 1,
    headers: new Map(),
    value: Buffer.from('rows'),
  };
  await putDeadLetters(target, [letter], recordId);
  const { session } = await lookUp(target, [{ id: recordId, day: DAY, requestIds: [] }], null);
  await insertTombstone(target, { session, token: recordId, id: recordId, day: DAY });
  return letter;
}

it('are listed, replayed and deleted from either server, and leave no bytes', async () => {
  const projectId = randomUUID();
  const scope = logScope({
    organizationId: 'o',
    projects: [{ id: projectId, retentionDays: 3650, hiddenBeforeMs: null, earlierRetentions: [] }],
    mode: 'live',
  });
  const [one, other] = [await bury(0, projectId), await bury(3, projectId)];
  for (const client of shards) {
    const { letters } = await listLetters(client, scope, { limit: 10 });
    expect(letters.map(({ id }) => id).toSorted()).toEqual([one.id, other.id].toSorted());
    for (const { id, partition } of [one, other])
      expect(await findLetter(client, scope, id)).toMatchObject({ id, partition, frame: Buffer.from('rows') });
  }
  const [first, second] = shards;
  if (first === undefined || second === undefined) throw new Error('two shards');
  const receipt = { projectId, mode: 'live', storedId: other.recordId, firstOrdinal: 0, count: 2, day: DAY } as const;
  expect(await receiptState(first, receipt)).toMatchObject({ status: 'dead-lettered', deadLetterId: other.id });
  await markReplayed(first, other.id, randomUUID());
  await deleteLetter(second, one.id);
  for (const client of shards) expect((await listLetters(client, scope, { limit: 10 })).letters).toEqual([]);
  expect(await receiptState(second, receipt)).toMatchObject({ status: 'durable' });
  for (const client of shards) {
    await client.command({ query: 'OPTIMIZE TABLE dead_letters_local FINAL' });
    const result = await client.query({
      query: 'SELECT count(), sum(length(value)) FROM dead_letters_local',
      format: 'JSONCompactEachRow',
    });
    expect((await result.json<unknown[]>())[0]?.map(Number)).toEqual([1, 0]);
  }
});
