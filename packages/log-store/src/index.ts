// The log store: tables, client, and the queries of the API. The consumer's side is the export "./ingest".

export {
  type Inspected,
  inspectReads,
  inspectShard,
  inspectSingle,
  type ShardPlace,
} from './cluster/inspect-server.ts';
export type { TableLayout } from './cluster/table-layout.ts';
export { findLetter, type LetterWithRows } from './dead-letters/find-letter.ts';
export type { Letter } from './dead-letters/letter.ts';
export { type LettersPage, type LettersQuery, listLetters } from './dead-letters/list-letters.ts';
export { findOperatorRecord, listOperatorLetters } from './dead-letters/operator-letters.ts';
export { deleteLetter, deleteLettersOf, markReplayed } from './dead-letters/settle-letter.ts';
export { createRowMatcher, type RowMatcher } from './match/row-matcher.ts';
export { type RowView, viewRows } from './match/row-view.ts';
export { visibleFromByProject } from './match/scope-matcher.ts';
export * from './migrate.ts';
export * from './open-log-store.ts';
export { countReceived } from './query/count-received.ts';
export { findLog } from './query/find-log.ts';
export {
  type EarlierRetention,
  type LogScope,
  logScope,
  narrowScope,
  type VisibleProject,
  visibleFromMs,
} from './query/log-scope.ts';
export { queryFields } from './query/query-fields.ts';
export { type LogsPage, queryLogs } from './query/query-logs.ts';
export { queryVolume } from './query/query-volume.ts';
export { asContractError, EXECUTION_SECONDS_MAX, type QueryOptions } from './query/run-select.ts';
export { isOfRequest, type ReceiptState, receiptState } from './receipts/receipt-state.ts';
export { type FoundIds, findIds, type SoughtRecord } from './reconcile/find-ids.ts';
export { listStoredUsage, type StoredUsage, type StoredUsagePlace, type StoredUsageQuery } from './usage/list-usage.ts';
export { listProjectsUsage, type ProjectUsage } from './usage/projects-usage.ts';
