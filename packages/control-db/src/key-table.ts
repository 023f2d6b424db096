// What the verbs of keys ask of a type of key: its table, and what its changes entail.
import type { Mode } from '@sazabi/contract';
import type { KeyType } from '@sazabi/keys';
import type { SQL } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import type { publicKeys, secretKeys } from './schema.ts';

/** The columns that both types have. */
export type KeyRow = Omit<typeof publicKeys.$inferSelect, 'projectId' | 'environment'>;

/** What both types of key may be given when they are made. */
export interface NewKey {
  readonly name: string;
  /** `live` unless told otherwise; a given key says its own. */
  readonly mode?: Mode | undefined;
  /** Plain text of a key made elsewhere (bootstrap); well-formed and of the right type. */
  readonly given?: string | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** null = no limit but the operator's cap; undefined = what the organization's settings say. */
  readonly rateLimitPerMinute?: number | null | undefined;
}

export const KEY_STATES = ['active', 'expired', 'revoked'] as const;

export interface ListKeysOptions {
  readonly limit: number;
  /** Only keys made before the one with this id. */
  readonly before: string | null;
  /** Only keys of this mode; undefined = of both. So for all that follow. */
  readonly mode?: Mode | undefined;
  readonly state?: (typeof KEY_STATES)[number] | undefined;
  readonly createdBefore?: Date | undefined;
  /** Only keys made, and if ever then last used, before this time. */
  readonly unusedSince?: Date | undefined;
  /** Public keys alone. */
  readonly projectId?: string | undefined;
}

/** A change in its transaction: what the key was before (null: there was none) and which keys are other now. */
export interface KeyChangeMade<Row> {
  readonly before: Row | null;
  readonly ids: readonly string[];
  readonly now: Date;
}

/** Instead of a seq: no intake need know. */
export const IN_FORCE_ALREADY = 0;

export interface KeyTable<Row extends KeyRow = KeyRow, Wanted extends NewKey = NewKey> {
  readonly type: KeyType;
  readonly columns: typeof publicKeys | typeof secretKeys;
  /** An organization has no more of them, ended ones of the last 90 days included. */
  readonly keysMax: number;
  /** The row of a new key. */
  rowOf(common: KeyRow, wanted: Wanted): Row;
  /** What only this type can be asked for. */
  filter(options: ListKeysOptions): SQL | undefined;
  /** Newest first. */
  select(orm: Orm, where: SQL | undefined, limit: number): Promise<Row[]>;
  /** The one row, which waits for whoever else changes it. Comes first in a transaction, for what else must wait. */
  selectToChange(transaction: Orm, organizationId: string, where: SQL | undefined): Promise<Row | undefined>;
  insert(transaction: Orm, row: Row): Promise<void>;
  /** Resolves to the row as it is then. */
  update(transaction: Orm, id: string, columns: Wish<Row> | Wish<KeyRow>): Promise<Row | undefined>;
  /**
   * The last step of each change. Resolves to the seq that intakes confirm, or {@link IN_FORCE_ALREADY}.
   * @throws ContractError CONFLICT where the change must not stay: the transaction ends without it
   */
  settle(transaction: Orm, change: KeyChangeMade<Row>): Promise<number>;
}

/** New values of some columns; undefined = as it is. */
export type Wish<Row> = { readonly [Column in keyof Row]?: Row[Column] | undefined };
