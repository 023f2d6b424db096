// config.xml of the engine: logging, memory, background threads, and who is let in over HTTP.
import {
  FREE_DISK_BYTES_MIN,
  MERGE_THREADS,
  SERVER_MEMORY_BYTES_MAX,
  UNCOMPRESSED_CACHE_BYTES_MAX,
} from '../limits.ts';
import { basicAuthorization, type EngineCredentials } from './credentials.ts';
import { escapeXml } from './escape-xml.ts';
import { type EngineCluster, remoteServers } from './remote-servers.ts';

export interface ConfigXmlOptions {
  readonly usersFile: string;
  readonly logFolder: string;
  readonly credentials: EngineCredentials;
  readonly cluster: EngineCluster | null;
}

/**
 * The handlers are the outer wall: clickhouse-local always has a user `default` without a password, so a request is
 * handled only with the exact Basic header of one of our users; any other gets 404. (`log-level` is that key, not
 * `logger.level`, which clickhouse-local ignores; it would log at trace.)
 */
export function configXml({ usersFile, logFolder, credentials, cluster }: ConfigXmlOptions): string {
  const users = escapeXml(usersFile);
  const log = escapeXml(logFolder);
  return `<clickhouse>
  <log-level>error</log-level>
  <logger>
    <console>0</console>
    <log>${log}/engine.log</log>
    <errorlog>${log}/engine.err.log</errorlog>
    <size>10M</size>
    <count>2</count>
  </logger>
  <timezone>UTC</timezone>
  <user_directories><users_xml><path>${users}</path></users_xml></user_directories>
  <users_config>${users}</users_config>
  <max_server_memory_usage>${SERVER_MEMORY_BYTES_MAX}</max_server_memory_usage>
  <mark_cache_size>134217728</mark_cache_size>
  <uncompressed_cache_size>${UNCOMPRESSED_CACHE_BYTES_MAX}</uncompressed_cache_size>
  <keep_alive_timeout>30</keep_alive_timeout>
  <storage_configuration><disks><default><keep_free_space_bytes>${FREE_DISK_BYTES_MIN}</keep_free_space_bytes></default></disks></storage_configuration>
${backgroundWork()}${cluster === null ? '' : remoteServers(cluster, credentials)}
  <http_handlers>
    <rule>
      <url>/ping</url>
      <methods>GET,HEAD</methods>
      <handler><type>static</type><status>200</status><response_content>Ok.\n</response_content></handler>
    </rule>
${queryRule(basicAuthorization('app', credentials.appPassword))}
${queryRule(basicAuthorization('reader', credentials.readerPassword))}
  </http_handlers>
</clickhouse>
`;
}

/** Few threads and slow merge selection: idle cost is 0.5 % of a core, and merges leave the cores to the services. */
function backgroundWork(): string {
  return `  <background_pool_size>${MERGE_THREADS}</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <merge_tree>
    <merge_selecting_sleep_ms>1000</merge_selecting_sleep_ms>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>`;
}

function queryRule(authorization: string): string {
  return `    <rule>
      <headers><Authorization>${authorization}</Authorization></headers>
      <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
    </rule>`;
}
