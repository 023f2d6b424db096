// users.xml of the engine: profiles with limits, users with the least grants that they can work with.
import {
  CONCURRENT_QUERIES_MAX,
  DATABASE,
  LISTEN_HOST,
  READER_EXECUTION_SECONDS_MAX,
  READER_MEMORY_BYTES_MAX,
  READER_THREAD_MEMORY_BYTES,
} from '../limits.ts';
import { type EngineCredentials, passwordDigest } from './credentials.ts';

/**
 * What the engine's own boot query needs and no more: clickhouse-local logs in as `default` without a password, and only
 * the HTTP handlers keep others from it. Who holds a password of ours can still become `default` by `?user=default`
 * (tried: rules on the full URL do not match, nor is the file read again): it sees no data, and a listener that it stops
 * is noticed by the host's watch.
 */
const BOOT_GRANTS = ['SYSTEM LISTEN ON *.*', 'CREATE TEMPORARY TABLE ON *.*', 'SELECT ON system.numbers'];

/** Table engines are listed one by one: with `TABLE ENGINE ON *` a table of engine File reads any file. */
const APP_GRANTS = [
  `SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, CHECK ON ${DATABASE}.*`,
  'SELECT ON system.*',
  'SYSTEM MERGES, SYSTEM TTL MERGES ON *.*',
  'KILL QUERY, CREATE TEMPORARY TABLE ON *.*',
  'TABLE ENGINE ON MergeTree, TABLE ENGINE ON SummingMergeTree, TABLE ENGINE ON AggregatingMergeTree, TABLE ENGINE ON ReplacingMergeTree, TABLE ENGINE ON Distributed',
];

const READER_GRANTS = [`SELECT ON ${DATABASE}.*`, 'SELECT ON system.one', 'SELECT ON system.numbers'];

/**
 * `implicit_select` is on in clickhouse-local and off in a server: off here, so that both give the same errors.
 * A reader's query ends with its connection only with `readonly` and `cancel_http_readonly_queries_on_client_close`.
 */
export function usersXml(credentials: EngineCredentials): string {
  return `<clickhouse>
  <profiles>
    <default/>
    <boot>
      <max_concurrent_queries_for_user>2</max_concurrent_queries_for_user>
      <max_threads>1</max_threads>
    </boot>
    <app>
      <implicit_select>0</implicit_select>
      <max_concurrent_queries_for_user>${CONCURRENT_QUERIES_MAX}</max_concurrent_queries_for_user>
    </app>
    <reader>
      <readonly>2</readonly>
      <implicit_select>0</implicit_select>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
      <max_concurrent_queries_for_user>${CONCURRENT_QUERIES_MAX}</max_concurrent_queries_for_user>
      <max_execution_time>${READER_EXECUTION_SECONDS_MAX}</max_execution_time>
      <max_memory_usage>${READER_MEMORY_BYTES_MAX}</max_memory_usage>
      <max_threads_min_free_memory_per_thread>${READER_THREAD_MEMORY_BYTES}</max_threads_min_free_memory_per_thread>
      <constraints>
        <max_execution_time><max>${READER_EXECUTION_SECONDS_MAX}</max></max_execution_time>
        <max_memory_usage><max>${READER_MEMORY_BYTES_MAX}</max></max_memory_usage>
      </constraints>
    </reader>
  </profiles>
  <users>
${user('default', '<no_password/>', 'boot', BOOT_GRANTS)}
${user('app', password(credentials.appPassword), 'app', APP_GRANTS)}
${user('reader', password(credentials.readerPassword), 'reader', READER_GRANTS)}
  </users>
  <quotas><default/></quotas>
</clickhouse>
`;
}

function password(text: string): string {
  return `<password_sha256_hex>${passwordDigest(text)}</password_sha256_hex>`;
}

function user(name: string, secret: string, profile: string, grants: readonly string[]): string {
  const queries = grants.map((grant) => `        <query>GRANT ${grant}</query>`).join('\n');
  return `    <${name}>
      ${secret}
      <networks><ip>${LISTEN_HOST}</ip></networks>
      <profile>${profile}</profile>
      <quota>default</quota>
      <grants>
${queries}
      </grants>
    </${name}>`;
}
