// The servers that records are stored on: one, or of a cluster the replicas of each shard.
import type { ClusterConfig } from '@sazabi/lifecycle';
import { type ClickHouseClient, openLogStore, type ShardPlace } from '@sazabi/log-store';

/** Above the longest an insert may run in the server (60 s): an answer that is late is better than none. */
const REQUEST_TIMEOUT_MS = 75_000;

export interface StoreServer {
  readonly client: ClickHouseClient;
  /** How an operator knows it: the setting it comes from, and of a cluster its shard and address. Without a password. */
  readonly name: string;
  /** null: it stands alone. */
  readonly place: ShardPlace | null;
}

export interface StoreServers {
  /** Records of bus partition `p` belong to shard `p % shards.length`, each of one or more replicas. */
  readonly shards: readonly (readonly StoreServer[])[];
  /** The server that queries are asked of, where that is none of a shard's. */
  readonly reads: { readonly client: ClickHouseClient; readonly cluster: string } | null;
  close(): Promise<void>;
}

/** Opens clients; nothing is sent yet. */
export function openStoreServers(clickHouseUrl: string, cluster: ClusterConfig | null): StoreServers {
  const clients: ClickHouseClient[] = [];
  const open = (url: string) => {
    const client = openLogStore(url, { application: 'sazabi-consumer', requestTimeoutMs: REQUEST_TIMEOUT_MS });
    clients.push(client);
    return client;
  };
  const close = async () => {
    await Promise.all(clients.map((client) => client.close()));
  };
  if (cluster === null) {
    return { shards: [[{ client: open(clickHouseUrl), name: 'CLICKHOUSE_URL', place: null }]], reads: null, close };
  }
  const shards = cluster.shards.map((urls, index) =>
    urls.map((url) => ({
      client: open(url),
      name: `CLICKHOUSE_INSERT_URLS, shard ${index + 1} at ${new URL(url).host},`,
      place: {
        cluster: cluster.name,
        shard: index + 1,
        shards: cluster.shards.length,
        replicas: urls.length,
      },
    })),
  );
  const isShard = cluster.shards.flat().some((url) => new URL(url).host === new URL(clickHouseUrl).host);
  return { shards, reads: isShard ? null : { client: open(clickHouseUrl), cluster: cluster.name }, close };
}
