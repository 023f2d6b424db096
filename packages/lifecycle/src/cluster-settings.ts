// Settings of a ClickHouse cluster, for the services that write to it: its name, and the servers of each shard.
import { z } from 'zod';

const URL_FORM = /^https?:$/;
const EXAMPLE = 'http://user:password@host:port/database, one for each shard, separated by commas (replicas by |)';

const isUrl = (text: string): boolean => URL.canParse(text) && URL_FORM.test(new URL(text).protocol);
const listOf = (text: string) => text.split(',').map((shard) => shard.split('|').map((url) => url.trim()));

/** Fields for a service's settings schema; to be judged by {@link checkCluster} too, and read by {@link clusterOf}. */
export const clusterSettings = {
  CLICKHOUSE_CLUSTER: z
    .string()
    .regex(
      /^[A-Za-z0-9_.-]{1,64}$/,
      'must be the name of a cluster in system.clusters: letters, digits, "_", "." and "-"',
    )
    .optional(),
  // Not quoted where it is wrong: it holds passwords.
  CLICKHOUSE_INSERT_URLS: z
    .string()
    .refine((text) => listOf(text).flat().every(isUrl), `must be ${EXAMPLE}`)
    .optional(),
};

/** The names of all of them: what a supervisor passes on. */
export const CLUSTER_VARIABLES: readonly string[] = Object.keys(clusterSettings);

const clusterSchema = z.object(clusterSettings);
type ClusterVariables = z.infer<typeof clusterSchema>;

export interface ClusterConfig {
  readonly name: string;
  /** Per shard, in the cluster's order, the URLs of its replicas. */
  readonly shards: readonly (readonly string[])[];
}

/** A cluster needs its name and its servers, and each server stands there once. */
export function checkCluster(settings: ClusterVariables, context: z.RefinementCtx): void {
  const { CLICKHOUSE_CLUSTER: name, CLICKHOUSE_INSERT_URLS: urls } = settings;
  const wrong = (variable: keyof ClusterVariables, message: string): void =>
    context.addIssue({ code: 'custom', path: [variable], message });
  if (name !== undefined && urls === undefined)
    wrong('CLICKHOUSE_INSERT_URLS', `goes with CLICKHOUSE_CLUSTER: ${EXAMPLE}`);
  if (name === undefined && urls !== undefined)
    wrong('CLICKHOUSE_CLUSTER', 'goes with CLICKHOUSE_INSERT_URLS: the name of the cluster in system.clusters');
  const hosts = listOf(urls ?? '')
    .flat()
    .filter(isUrl)
    .map((url) => new URL(url).host);
  if (new Set(hosts).size < hosts.length) wrong('CLICKHOUSE_INSERT_URLS', 'names a server twice');
}

/** null: one server. */
export function clusterOf({
  CLICKHOUSE_CLUSTER: name,
  CLICKHOUSE_INSERT_URLS: urls,
}: ClusterVariables): ClusterConfig | null {
  return name === undefined || urls === undefined ? null : { name, shards: listOf(urls) };
}
