// What an opened control store is, whichever database it lies in.
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.ts';

/** The database or a transaction in it. Results of raw `execute` differ between drivers: use the query builder. */
export type Orm = PgDatabase<PgQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;

/** The channel on which every commit that changes public keys is told. */
export const KEY_CHANGES_CHANNEL = 'sazabi_key_changes';

/** An opened database, not yet migrated. */
export interface OpenedDatabase {
  readonly orm: Orm;
  /** Calls `listener` after every commit that told {@link KEY_CHANGES_CHANNEL}, by any process, and when some may have been missed. */
  listen(listener: () => void): Promise<void>;
  close(): Promise<void>;
}

/** A control store, migrated and ready. */
export interface ControlDb {
  readonly orm: Orm;
  /** `listener` is called when public keys may have changed. Returns how to stop it. */
  onKeyChange(listener: () => void): () => void;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
