// How many keys an organization may have. 100 000 rows are counted in 40 to 70 ms, so each key takes of the room that the last
// count found, and they are counted again when that is used up.
import { ContractError } from '@sazabi/contract';
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Actor } from './actor.ts';
import type { Orm } from './control-db.ts';
import { RETIRED_KEYS_KEPT_DAYS } from './key-changes.ts';
import type { KeyRow, KeyTable, NewKey } from './key-table.ts';
import { KEYS_COUNTED_EVERY, KEYS_FULL_MS } from './limits.ts';
import { keyRoom } from './schema.ts';

const DAY_MS = 86_400_000;

/** Whose keys of which type, and who makes one. */
export interface RoomAsked<Row extends KeyRow, Wanted extends NewKey> {
  readonly table: KeyTable<Row, Wanted>;
  readonly organizationId: string;
  readonly actor: Actor;
}

/**
 * Runs a transaction that makes a key; it calls `takeRoom` when the key is inserted. All that makes keys locks in one order: the
 * key that changes, its project, the room, the order of changes. The operator's own keys find room always: whoever fills an
 * organization with keys must not lock its owner out.
 * @throws ContractError CONFLICT where the organization has as many as it may have; what `make` throws
 */
export async function withKeyRoom<Row extends KeyRow, Wanted extends NewKey, Made>(
  orm: Orm,
  { table, organizationId, actor }: RoomAsked<Row, Wanted>,
  make: (transaction: Orm, takeRoom: () => Promise<void>) => Promise<Made>,
): Promise<Made> {
  let counted = false;
  try {
    return await orm.transaction((transaction) =>
      make(transaction, async () => {
        if (actor.type !== 'secret_key') return;
        const room = await takeKeyRoom(transaction, table, organizationId);
        if (room === 'taken') return;
        counted = room === 'none-counted';
        throw full(table);
      }),
    );
  } catch (error) {
    if (counted) await noteFull(orm, table, organizationId);
    throw error;
  }
}

/** `none-counted`: it was counted now; `none`: a short time ago. The room's row stays locked until the end of the transaction. */
async function takeKeyRoom<Row extends KeyRow, Wanted extends NewKey>(
  transaction: Orm,
  table: KeyTable<Row, Wanted>,
  organizationId: string,
): Promise<'taken' | 'none-counted' | 'none'> {
  const { type } = table;
  const [row] = await transaction
    .insert(keyRoom)
    .values({ organizationId, type, room: -1 })
    .onConflictDoUpdate({
      target: [keyRoom.organizationId, keyRoom.type],
      set: { room: sql`greatest(${keyRoom.room}, 0) - 1` },
    })
    .returning();
  if (row !== undefined && row.room >= 0) return 'taken';
  if (row?.fullUntil != null && row.fullUntil.getTime() > Date.now()) return 'none';
  // The new key is among them.
  const left = table.keysMax - (await countKeys(transaction, table, organizationId));
  if (left < 0) return 'none-counted';
  await transaction
    .update(keyRoom)
    .set({ room: Math.min(left, KEYS_COUNTED_EVERY), fullUntil: null })
    .where(ofType(organizationId, type));
  return 'taken';
}

/** Those that intakes are told of: who lives, and who has ended lately. */
function countKeys<Row extends KeyRow, Wanted extends NewKey>(
  transaction: Orm,
  { columns }: KeyTable<Row, Wanted>,
  organizationId: string,
): Promise<number> {
  const since = new Date(Date.now() - RETIRED_KEYS_KEPT_DAYS * DAY_MS);
  const where = and(
    eq(columns.organizationId, organizationId),
    or(isNull(columns.revokedAt), gt(columns.revokedAt, since)),
    or(isNull(columns.expiresAt), gt(columns.expiresAt, since)),
  );
  return transaction.$count(columns, where);
}

/** After the transaction that found it full, whose end took its own note back. */
async function noteFull<Row extends KeyRow, Wanted extends NewKey>(
  orm: Orm,
  { type }: KeyTable<Row, Wanted>,
  organizationId: string,
): Promise<void> {
  const fullUntil = new Date(Date.now() + KEYS_FULL_MS);
  await orm
    .insert(keyRoom)
    .values({ organizationId, type, room: 0, fullUntil })
    .onConflictDoUpdate({ target: [keyRoom.organizationId, keyRoom.type], set: { fullUntil } });
}

function ofType(organizationId: string, type: KeyTable['type']) {
  return and(eq(keyRoom.organizationId, organizationId), eq(keyRoom.type, type));
}

function full({ type, keysMax }: Pick<KeyTable, 'type' | 'keysMax'>): ContractError {
  return new ContractError(
    'CONFLICT',
    `There are ${keysMax} ${type} keys already, those that ended in the last ${RETIRED_KEYS_KEPT_DAYS} days included. Use one key for several senders, and keep it longer before it is rotated; room comes back ${RETIRED_KEYS_KEPT_DAYS} days after the end of each.`,
  );
}
