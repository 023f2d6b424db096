// Another replica is tried after a failure, and nothing that rests on a look-up at the one before is taken there.
import { type BusDeadLetters, BusError, type OwnedPartition } from '@sazabi/bus';
import { startTestCluster, type TestCluster } from '@sazabi/embedded-clickhouse/test-cluster';
import { LARGE_LOG_BYTES } from '@sazabi/log-record';
import { type ClickHouseClient, migrateLogStore, openLogStore } from '@sazabi/log-store';
import { type IngestTarget, singleServer } from '@sazabi/log-store/ingest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect, Outcome } from './core/effects.ts';
import { planInserts } from './core/plan.ts';
import { PROJECT_ID, sampleRecord } from './fixtures/sample-record.ts';
import { storedRows } from './fixtures/stored-rows.ts';
import { performEffect } from './perform-effect.ts';
import { itemOf } from './range-reader.ts';
import { partitionStore } from './shards.ts';
import { createWorkload } from './workload.ts';

const nobody = () => Promise.reject(new BusError('closed', 'this test has no bus'));
const owned: OwnedPartition = {
  partition: 0,
  lost: new AbortController().signal,
  committed: nobody,
  read: nobody,
  commit: nobody,
};
const deadLetters: BusDeadLetters = { append: nobody, list: nobody, remove: nobody };

describe('a shard of two servers', () => {
  /** They are no replicas of each other: what one has the other has not, so each answer tells who gave it. */
  let servers: TestCluster;
  let clients: readonly ClickHouseClient[];

  beforeAll(async () => {
    servers = await startTestCluster();
    clients = servers.engines.map(({ appUrl }) => openLogStore(appUrl, { application: 'test' }));
    for (const client of clients) await migrateLogStore(client);
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await servers.close();
  });

  it('goes on at the other one, with a look-up of its own; both are told of large logs, once they are stored', async () => {
    const targets = clients.map((client) => singleServer(client, true));
    const told: [server: IngestTarget, bytes: number][] = [];
    const store = partitionStore(targets, (server, bytes) => told.push([server, bytes]));
    const parts = { owned, deadLetters, store, workload: createWorkload(), cutOff: new AbortController().signal };
    const perform = (effect: Effect): Promise<Outcome> => performEffect(effect, parts);
    const sample = sampleRecord([{ rows: 2, extraBytes: LARGE_LOG_BYTES }]);
    const item = itemOf({ partition: 0, offset: 0, appendedAtMs: 0, ...sample }, 0);
    const [insert] = planInserts([item], new Set());
    if (insert === undefined) throw new Error('an insert');
    const lookUp = { kind: 'look-up', records: insert.records, session: null } as const;

    const before = await perform(lookUp);
    if (before.kind !== 'look-up') throw new Error('a look-up');
    await servers.kill(0);
    const restingOnIt = { kind: 'insert', session: before.session, token: sample.id, insert } as const;
    expect(await perform(restingOnIt)).toMatchObject({
      kind: 'failed',
      failure: expect.stringMatching(/wait|no-answer/),
    });
    expect(await perform(restingOnIt)).toMatchObject({ kind: 'failed', failure: 'session-gone' });
    const after = await perform(lookUp);
    if (after.kind !== 'look-up') throw new Error('a look-up');
    expect(await perform({ ...restingOnIt, session: after.session })).toEqual({ kind: 'insert' });
    expect(told.map(([server]) => server)).toEqual(targets);
    for (const [, bytes] of told) expect(bytes).toBeGreaterThan(2 * LARGE_LOG_BYTES);
    const [, second] = clients;
    if (second === undefined) throw new Error('a second server');
    expect(await storedRows(second, PROJECT_ID)).toEqual(new Map([[sample.id, 2]]));
  });

  it('a failure of the bus says nothing of the server', async () => {
    const store = partitionStore(
      clients.map((client) => singleServer(client, true)),
      () => undefined,
    );
    const first = store.target();
    const parts = { owned, deadLetters, store, workload: createWorkload(), cutOff: new AbortController().signal };
    expect(await performEffect({ kind: 'commit', next: 1 }, parts)).toMatchObject({ kind: 'failed', failure: 'wait' });
    expect(store.target()).toBe(first);
  });
});
