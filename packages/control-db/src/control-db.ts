// What an opened control store is, whichever database it lies in.
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Remembering } from './memory.ts';
import type * as schema from './schema.ts';

/** The database or a transaction in it. Results of raw `execute` differ between drivers: use the query builder. */
export type Orm = PgDatabase<PgQueryResultHKT, typeof schema, ExtractTablesWithRelations<typeof schema>>;

/** The channel on which every commit that changes public keys is told. */
export const KEY_CHANGES_CHANNEL = 'sazabi_key_changes';
/** The channel on which a replica tells that its intakes have confirmed changes. */
export const KEY_CONFIRMATIONS_CHANNEL = 'sazabi_key_confirmations';
export const CHANNELS = [KEY_CHANGES_CHANNEL, KEY_CONFIRMATIONS_CHANNEL] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a driver gives: the rest of a control store is the same for all. */
export interface Database {
  readonly shared: boolean;
  readonly orm: Orm;
  readonly remembering: Remembering;
  /** Makes the connections anew where they are lost. Throws where the server does not answer or refuses us. */
  connect(): Promise<void>;
  pulse<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Called with what was told on a channel, and for every channel where something may have been missed. */
export type Told = (channel: Channel) => void;

/** A control store, which may be away for a while. */
export interface ControlDb {
  /** Whether other processes may use the same one: PostgreSQL, not PGlite. */
  readonly shared: boolean;
  /** Asked anew for each use: it is another one after each outage, and one that refuses at once while the server is away. */
  readonly orm: Orm;
  /**
   * `read`, which must ask organizations, projects and secret keys alone, by its name: where nobody else writes, what it found is
   * remembered until one of them changes, but for when a key was used last.
   */
  readonly remembering: Remembering;
  /** `listener` is called when public keys may have changed. Returns how to stop it. */
  onKeyChange(listener: () => void): () => void;
  /** `listener` is called when intakes of a replica may have confirmed changes. Returns how to stop it. */
  onKeyConfirmation(listener: () => void): () => void;
  /**
   * Asks the server on a connection of its own, to be called every {@link PULSE_DEADLINE_MS} or more often. Where it fails, or
   * is late, all statements under way are ended and new ones refused as unavailable until a later pulse succeeds.
   * What was told meanwhile is made up for.
   */
  pulse<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
