// For tests: two real engines as shards of one cluster, their tables made, with a client of the app user for each.
import { startTestCluster } from '@sazabi/embedded-clickhouse/test-cluster';
import { inspectShard } from './cluster/inspect-server.ts';
import { migrateLogStore } from './migrate.ts';
import { type ClickHouseClient, openLogStore } from './open-log-store.ts';

export interface TestShards {
  readonly shards: readonly ClickHouseClient[];
  close(): Promise<void>;
}

/** @throws Error where an engine is no shard of the cluster */
export async function startTestShards(): Promise<TestShards> {
  const cluster = await startTestCluster();
  const shards = cluster.engines.map(({ appUrl }) => openLogStore(appUrl, { application: 'test' }));
  for (const [index, client] of shards.entries()) {
    const found = await inspectShard(client, { cluster: cluster.name, shard: index + 1, shards: 2, replicas: 1 });
    if ('wrong' in found) throw new Error(found.wrong);
    await migrateLogStore(client, found.layout);
  }
  return {
    shards,
    async close() {
      await Promise.all(shards.map((client) => client.close()));
      await cluster.close();
    },
  };
}
