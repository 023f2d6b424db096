// What a server says of the cluster it belongs to, held against what the settings say.
import type { ClickHouseClient } from '@clickhouse/client';
import type { TableLayout } from './table-layout.ts';

/** A server's place as the settings name it; shards count from 1, as in `system.clusters`. */
export interface ShardPlace {
  readonly cluster: string;
  readonly shard: number;
  readonly shards: number;
  /** Replicas that the settings name of this shard. */
  readonly replicas: number;
}

interface Told {
  /** Shards of the cluster, 0 = no such cluster. */
  readonly shards: number;
  /** The most replicas that a shard has. */
  readonly replicas: number;
  /** The shard that the server takes itself for; null where it cannot tell. */
  readonly ownShard: number | null;
  /** Whether `{shard}` and `{replica}` are filled in: a server that is set up for replication. */
  readonly hasMacros: boolean;
  /** Engine of its `logs_local`, null where there is none yet. */
  readonly localEngine: string | null;
}

/**
 * The layout of a shard's server, or why it must not be used: rows of one bus partition belong to one shard for ever.
 * @throws ClickHouseError, or the connection's error
 */
export async function inspectShard(
  client: ClickHouseClient,
  place: ShardPlace,
): Promise<{ readonly layout: Extract<TableLayout, { kind: 'shard' }> } | { readonly wrong: string }> {
  const told = await ask(client, place.cluster);
  const wrong = contradiction(place, told);
  if (wrong !== null) return { wrong };
  const replicated = told.localEngine === null ? told.hasMacros : told.localEngine.startsWith('Replicated');
  return { layout: { kind: 'shard', cluster: place.cluster, replicated } };
}

/** The layout of the server that queries are asked of, or null where it is a shard's and so has its tables from there. */
export async function inspectReads(client: ClickHouseClient, cluster: string): Promise<TableLayout | null> {
  const { ownShard, localEngine } = await ask(client, cluster);
  return ownShard === null && localEngine === null ? { kind: 'reads', cluster } : null;
}

/** Exported for its test. */
export function contradiction({ cluster, shard, shards, replicas }: ShardPlace, told: Told): string | null {
  if (told.shards === 0) return `it knows no cluster "${cluster}" (CLICKHOUSE_CLUSTER)`;
  if (told.shards !== shards)
    return `cluster "${cluster}" has ${told.shards} shards and CLICKHOUSE_INSERT_URLS names ${shards}`;
  if (told.ownShard !== null && told.ownShard !== shard)
    return `it is shard ${told.ownShard} of cluster "${cluster}" and stands ${shard}. in CLICKHOUSE_INSERT_URLS`;
  const replicated = told.localEngine?.startsWith('Replicated') ?? told.hasMacros;
  if (!replicated && Math.max(told.replicas, replicas) > 1)
    return told.localEngine === null
      ? `its shard has replicas, and it has no macros {shard} and {replica}`
      : `its shard has replicas, and its logs_local is not replicated`;
  return null;
}

async function ask(client: ClickHouseClient, cluster: string): Promise<Told> {
  const result = await client.query({
    query: `SELECT
    (SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = {cluster:String}) AS shards,
    (SELECT max(replica_num) FROM system.clusters WHERE cluster = {cluster:String}) AS replicas,
    (SELECT min(shard_num) FROM system.clusters WHERE cluster = {cluster:String} AND is_local) AS own_shard,
    (SELECT count() FROM system.macros WHERE macro IN ('shard', 'replica')) AS macros,
    (SELECT any(engine) FROM system.tables WHERE database = currentDatabase() AND name = 'logs_local') AS engine`,
    query_params: { cluster },
    format: 'JSONEachRow',
  });
  const [row] =
    await result.json<Readonly<Record<'shards' | 'replicas' | 'own_shard' | 'macros' | 'engine', unknown>>>();
  return {
    shards: Number(row?.shards),
    replicas: Number(row?.replicas),
    ownShard: Number(row?.own_shard) || null,
    hasMacros: Number(row?.macros) === 2,
    localEngine: String(row?.engine ?? '') || null,
  };
}
