// The consumer's side of the log store: what is stored, inserts that land once, dead letters and tombstones.
export * from './check-insert-tokens.ts';
export * from './dead-letter.ts';
export { checkWrites, isEmbedded } from './failed-writes.ts';
export * from './ingest-failure.ts';
export { clusterServer, type IngestTarget, insertSettings, readSettings, singleServer } from './ingest-target.ts';
export {
  type InsertFrames,
  type InsertTombstone,
  insertFrames,
  insertTombstone,
  TOMBSTONE_PROJECT_ID,
} from './insert.ts';
export * from './look-up.ts';
export * from './merge-by-rows.ts';
export * from './settle-codec.ts';
