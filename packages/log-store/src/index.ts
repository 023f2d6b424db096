// The log store: tables, client, and the queries of the API. The consumer's side is the export "./ingest".
export * from './migrate.ts';
export * from './open-log-store.ts';
