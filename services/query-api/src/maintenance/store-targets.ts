// Where rows are removed: on the server that stands alone, or of a cluster on each shard's own tables.
import type { ClusterConfig } from '@sazabi/lifecycle';
import {
  type ClickHouseClient,
  type Inspected,
  inspectShard,
  inspectSingle,
  openLogStore,
  type TableLayout,
} from '@sazabi/log-store';
import { clusterServer, type IngestTarget, isEmbedded, singleServer } from '@sazabi/log-store/ingest';
import { MAINTENANCE_REQUEST_TIMEOUT_MS } from '../limits.ts';

export interface StoreTargets {
  /** Of the user that may write; of a cluster it reads and writes all shards. */
  readonly client: ClickHouseClient;
  /** One server of each shard. @throws Error where a shard has none that may be used, or the settings are of another cluster */
  open(): Promise<readonly IngestTarget[]>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Nothing is sent yet. */
export function storeTargets(clickHouseUrl: string, cluster: ClusterConfig | null): StoreTargets {
  const clients: ClickHouseClient[] = [];
  const open = (url: string) => {
    const client = openLogStore(url, {
      application: 'sazabi-maintenance',
      requestTimeoutMs: MAINTENANCE_REQUEST_TIMEOUT_MS,
    });
    clients.push(client);
    return client;
  };
  const client = open(clickHouseUrl);
  const shards = (cluster?.shards ?? []).map((urls) => urls.map(open));
  return {
    client,
    open: async () => {
      if (cluster === null) {
        layoutOf(await inspectSingle(client), 'CLICKHOUSE_URL');
        return [singleServer(client, await isEmbedded(client))];
      }
      const { name } = cluster;
      return await Promise.all(
        shards.map((replicas, at) => firstOf(replicas, { cluster: name, shard: at + 1, shards: shards.length })),
      );
    },
    close: async () => {
      await Promise.all(clients.map((each) => each.close()));
    },
  };
}

/** The first replica that answers and is what the settings say. */
async function firstOf(
  replicas: readonly ClickHouseClient[],
  place: { readonly cluster: string; readonly shard: number; readonly shards: number },
): Promise<IngestTarget> {
  const failures: unknown[] = [];
  for (const client of replicas) {
    try {
      const found = await inspectShard(client, { ...place, replicas: replicas.length });
      return clusterServer(client, layoutOf(found, `CLICKHOUSE_INSERT_URLS, shard ${place.shard},`).replicated);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

/** @throws Error where the server must not be used */
function layoutOf<Layout extends TableLayout>(found: Inspected<Layout>, server: string): Layout {
  if ('wrong' in found) throw new Error(`${server} cannot be used: ${found.wrong}.`);
  return found.layout;
}
