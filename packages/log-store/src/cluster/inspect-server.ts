// What a server says of the cluster it belongs to, held against what the settings say.
import type { ClickHouseClient } from '@clickhouse/client';
import { SINGLE, type TableLayout } from './table-layout.ts';

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
  /** Engine of its `logs`, null where there is none yet. */
  readonly logsEngine: string | null;
}

/** What was found out: how to lay out its tables, or why it must not be used. */
export type Inspected<Layout> = { readonly layout: Layout } | { readonly wrong: string };

/**
 * The layout of a shard's server, or why it must not be used: rows of one bus partition belong to one shard for ever.
 * @throws ClickHouseError, or the connection's error
 */
export async function inspectShard(
  client: ClickHouseClient,
  place: ShardPlace,
): Promise<Inspected<Extract<TableLayout, { kind: 'shard' }>>> {
  const told = await ask(client, place.cluster);
  const wrong = contradiction(place, told);
  if (wrong !== null) return { wrong };
  const replicated = told.localEngine === null ? told.hasMacros : told.localEngine.startsWith('Replicated');
  return { layout: { kind: 'shard', cluster: place.cluster, replicated } };
}

/** The layout of the server that queries are asked of; null where it is a shard's and so has its tables from there. */
export async function inspectReads(client: ClickHouseClient, cluster: string): Promise<Inspected<TableLayout | null>> {
  const { ownShard, localEngine, logsEngine } = await ask(client, cluster);
  if (holdsLogs(logsEngine)) return { wrong: HOLDS_LOGS };
  return { layout: ownShard === null && localEngine === null ? { kind: 'reads', cluster } : null };
}

/** A server that is to stand alone: one of a cluster acknowledges what is written to its `logs` before a shard has it. */
export async function inspectSingle(client: ClickHouseClient): Promise<Inspected<TableLayout>> {
  const { logsEngine } = await ask(client, '');
  if (logsEngine === 'Distributed')
    return { wrong: 'it belongs to a cluster: set CLICKHOUSE_CLUSTER and CLICKHOUSE_INSERT_URLS' };
  return { layout: SINGLE };
}

const HOLDS_LOGS = 'its database holds the logs of a single server: give the cluster a database of its own';

/** A Distributed table takes the name: what a table of rows holds under it would be gone. */
function holdsLogs(logsEngine: string | null): boolean {
  return logsEngine !== null && logsEngine !== 'Distributed';
}

/** Exported for its test. */
export function contradiction({ cluster, shard, shards, replicas }: ShardPlace, told: Told): string | null {
  if (told.shards === 0) return `it knows no cluster "${cluster}" (CLICKHOUSE_CLUSTER)`;
  if (told.shards !== shards)
    return `cluster "${cluster}" has ${told.shards} shards and CLICKHOUSE_INSERT_URLS names ${shards}`;
  if (told.ownShard !== null && told.ownShard !== shard)
    return `it is shard ${told.ownShard} of cluster "${cluster}" and stands ${shard}. in CLICKHOUSE_INSERT_URLS`;
  if (holdsLogs(told.logsEngine)) return HOLDS_LOGS;
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
    (SELECT any(engine) FROM system.tables WHERE database = currentDatabase() AND name = 'logs_local') AS engine,
    (SELECT any(engine) FROM system.tables WHERE database = currentDatabase() AND name = 'logs') AS logs_engine`,
    query_params: { cluster },
    format: 'JSONEachRow',
  });
  const [row] = await result.json<Readonly<Record<string, unknown>>>();
  return {
    shards: Number(row?.shards),
    replicas: Number(row?.replicas),
    ownShard: Number(row?.own_shard) || null,
    hasMacros: Number(row?.macros) === 2,
    localEngine: String(row?.engine ?? '') || null,
    logsEngine: String(row?.logs_engine ?? '') || null,
  };
}
