// The log store: tables, client, and the queries of the API. The consumer's side is the export "./ingest".
export * from './migrate.ts';
export * from './open-log-store.ts';
export { findLog } from './query/find-log.ts';
export { type LogScope, logScope } from './query/log-scope.ts';
export { type LogsPage, queryLogs } from './query/query-logs.ts';
export { queryVolume } from './query/query-volume.ts';
export { asContractError, EXECUTION_SECONDS_MAX, type QueryOptions } from './query/run-select.ts';
