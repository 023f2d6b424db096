// The verbs of both types of key: made, listed, found, changed, rotated, revoked, each change with its line of the audit log.
import { isDeepStrictEqual } from 'node:util';
import { ContractError } from '@sazabi/contract';
import type { KeyType } from '@sazabi/keys';
import { and, eq, gt, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { type Actor, type AuditEntry, actorKeyId, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { newKeyMaterial } from './key-material.ts';
import { withKeyRoom } from './key-room.ts';
import type { KeyRow, KeyTable, ListKeysOptions, NewKey, Wish } from './key-table.ts';
import { organizations } from './schema.ts';

/** A key that is new: its row, its plain text this once, and the seq that intakes confirm. */
export interface MadeKey<Row> {
  readonly row: Row;
  readonly key: string;
  readonly seq: number;
}

export interface ChangedKey<Row> {
  readonly row: Row;
  readonly seq: number;
}

/**
 * Makes a key. @throws ContractError NOT_FOUND where its project is none of the organization's living ones, CONFLICT where there
 * are too many
 */
export function createKey<Row extends KeyRow, Wanted extends NewKey>(
  table: KeyTable<Row, Wanted>,
  orm: Orm,
  organizationId: string,
  wanted: Wanted,
  actor: Actor,
): Promise<MadeKey<Row>> {
  const { key, columns } = newKeyMaterial(table.type, wanted.mode ?? 'live', wanted.given);
  return withKeyRoom(orm, { table, organizationId, actor }, async (transaction, takeRoom) => {
    const now = new Date();
    const common = {
      ...columns,
      organizationId,
      name: wanted.name,
      allowedOrigins: [...(wanted.allowedOrigins ?? [])],
      rateLimitPerMinute:
        wanted.rateLimitPerMinute === undefined
          ? await defaultRateLimit(transaction, organizationId, table.type)
          : wanted.rateLimitPerMinute,
      expiresAt: wanted.expiresAt ?? null,
      createdAt: now,
      createdBy: actorKeyId(actor),
    };
    const row = table.rowOf(common, wanted);
    await table.insert(transaction, row);
    await takeRoom();
    await auditKey(table, transaction, actor, 'created', row, now);
    return { row, key, seq: await table.settle(transaction, { before: null, ids: [row.id], now }) };
  });
}

/** The organization's keys of this type, newest first, revoked ones too unless a state is asked for. */
export function listKeys<Row extends KeyRow>(
  table: KeyTable<Row>,
  orm: Orm,
  organizationId: string,
  options: ListKeysOptions,
): Promise<Row[]> {
  const { columns } = table;
  const { before, mode, createdBefore, unusedSince } = options;
  const where = and(
    eq(columns.organizationId, organizationId),
    mode === undefined ? undefined : eq(columns.mode, mode),
    before === null ? undefined : lt(columns.id, before),
    inState(columns, options.state),
    createdBefore === undefined ? undefined : lt(columns.createdAt, createdBefore),
    unusedSince === undefined
      ? undefined
      : lt(sql`coalesce(${columns.lastUsedAt}, ${columns.createdAt})`, unusedSince.toISOString()),
    table.filter(options),
  );
  return table.select(orm, where, options.limit);
}

/** The key of this organization with this id, revoked or not, or null. */
export async function findKey<Row extends KeyRow>(
  table: KeyTable<Row>,
  orm: Orm,
  organizationId: string,
  id: string,
): Promise<Row | null> {
  const [row] = await table.select(orm, ofOrganization(table, organizationId, id), 1);
  return row ?? null;
}

/**
 * Changes what the key may; null: no such key. `decide` is given the key as it is now, locked, and says what is to be other;
 * what it throws ends the change.
 * @throws ContractError CONFLICT where the key has ended, was rotated and would go on for longer, or is the last that can manage
 * the organization
 */
export function changeKey<Row extends KeyRow>(
  table: KeyTable<Row>,
  orm: Orm,
  organizationId: string,
  id: string,
  decide: (row: Row) => Wish<Row>,
  actor: Actor,
): Promise<ChangedKey<Row> | null> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const before = await table.selectToChange(transaction, organizationId, ofOrganization(table, organizationId, id));
    if (before === undefined) return null;
    const wanted = decide(before);
    refuseEnded(before, now);
    refuseComeback(before, wanted);
    const changes = changesOf(before, wanted);
    // Asked again it is told again: whoever repeats a change (after a lost answer) waits for the intakes as well.
    if (changes === null) return { row: before, seq: await table.settle(transaction, { before, ids: [], now }) };
    const row = (await table.update(transaction, id, wanted)) ?? before;
    await auditKey(table, transaction, actor, 'changed', row, now, changes);
    return { row, seq: await table.settle(transaction, { before, ids: [id], now }) };
  });
}

/**
 * Makes a new key with the same settings and ends the old one, at once or after an overlap; null: no such key. `permit` is
 * given the key as it is now, locked; what it throws ends the call.
 * @throws ContractError CONFLICT where the key has ended, was rotated before, or there are too many
 */
export function rotateKey<Row extends KeyRow>(
  table: KeyTable<Row>,
  orm: Orm,
  organizationId: string,
  id: string,
  { overlapSeconds, permit }: { readonly overlapSeconds: number; readonly permit: (row: Row) => void },
  actor: Actor,
): Promise<MadeKey<Row> | null> {
  return withKeyRoom(orm, { table, organizationId, actor }, async (transaction, takeRoom) => {
    const now = new Date();
    const before = await table.selectToChange(transaction, organizationId, ofOrganization(table, organizationId, id));
    if (before === undefined) return null;
    permit(before);
    refuseEnded(before, now);
    // It ends soon, and so would the next one: it has the same settings.
    if (before.replacedBy !== null) throw rotatedBefore(before.replacedBy);
    const { key, columns } = newKeyMaterial(table.type, before.mode);
    const row = { ...before, ...columns, createdAt: now, createdBy: actorKeyId(actor) };
    await table.insert(transaction, row);
    await takeRoom();
    const end = { ...endOf(before, overlapSeconds, now), replacedBy: row.id };
    await table.update(transaction, id, end);
    await auditKey(table, transaction, actor, 'rotated', before, now, changesOf(before, end));
    await auditKey(table, transaction, actor, 'created', row, now);
    return { row, key, seq: await table.settle(transaction, { before, ids: [id, row.id], now }) };
  });
}

/**
 * Ends the key at once and for good; one that is revoked stays as it is; null: no such key. `permit` as in {@link rotateKey}.
 * @throws ContractError CONFLICT where it is the last that can manage the organization
 */
export function revokeKey<Row extends KeyRow>(
  table: KeyTable<Row>,
  orm: Orm,
  organizationId: string,
  id: string,
  permit: (row: Row) => void,
  actor: Actor,
): Promise<ChangedKey<Row> | null> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const before = await table.selectToChange(transaction, organizationId, ofOrganization(table, organizationId, id));
    if (before === undefined) return null;
    permit(before);
    if (before.revokedAt !== null)
      return { row: before, seq: await table.settle(transaction, { before, ids: [], now }) };
    const row = (await table.update(transaction, id, { revokedAt: now })) ?? before;
    await auditKey(table, transaction, actor, 'revoked', row, now);
    return { row, seq: await table.settle(transaction, { before, ids: [id], now }) };
  });
}

function ofOrganization({ columns }: { columns: KeyTable['columns'] }, organizationId: string, id: string) {
  return and(eq(columns.organizationId, organizationId), eq(columns.id, id));
}

function inState(columns: KeyTable['columns'], state: ListKeysOptions['state']): SQL | undefined {
  const now = new Date();
  if (state === undefined) return undefined;
  if (state === 'revoked') return isNotNull(columns.revokedAt);
  if (state === 'expired') return and(isNull(columns.revokedAt), lte(columns.expiresAt, now));
  return and(isNull(columns.revokedAt), or(isNull(columns.expiresAt), gt(columns.expiresAt, now)));
}

async function defaultRateLimit(transaction: Orm, organizationId: string, type: KeyType): Promise<number | null> {
  const [row] = await transaction.select().from(organizations).where(eq(organizations.id, organizationId));
  if (row === undefined) throw new Error('There is no such organization.');
  return type === 'public' ? row.defaultPublicRateLimitPerMinute : row.defaultSecretRateLimitPerMinute;
}

/** An earlier expiry stays. */
function endOf({ expiresAt }: KeyRow, overlapSeconds: number, now: Date): Wish<KeyRow> {
  if (overlapSeconds === 0) return { revokedAt: now };
  const end = new Date(now.getTime() + overlapSeconds * 1000);
  return { expiresAt: expiresAt !== null && expiresAt < end ? expiresAt : end };
}

function refuseEnded({ revokedAt, expiresAt }: KeyRow, now: Date): void {
  const end = revokedAt ?? expiresAt;
  if (end === null || end > now) return;
  throw new ContractError(
    'CONFLICT',
    `The key ${revokedAt === null ? 'expired' : 'was revoked'} at ${end.toISOString()} and stays as it is. Make a new one.`,
  );
}

/** A rotated key may end earlier than its overlap says, not later: whoever rotates it counts on its end. */
function refuseComeback({ replacedBy, expiresAt: end }: KeyRow, { expiresAt: wanted }: Wish<KeyRow>): void {
  if (replacedBy === null || end === null || wanted === undefined) return;
  if (wanted !== null && wanted <= end) return;
  throw new ContractError(
    'CONFLICT',
    `The key was rotated and ends at ${end.toISOString()}: it can end earlier, not later. Use the key ${replacedBy}, which takes its place, or make a new one.`,
  );
}

function rotatedBefore(replacedBy: string): ContractError {
  return new ContractError(
    'CONFLICT',
    `The key was rotated already: the key ${replacedBy} takes its place. Rotate that one, if its text was lost with overlapSeconds 0, or make a new one, if it has ended.`,
  );
}

function changesOf<Row extends KeyRow>(before: Row, wanted: Wish<Row> | Wish<KeyRow>): AuditEntry['changes'] | null {
  const values = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries<unknown>(wanted)
    .filter(([field, value]) => value !== undefined && !isDeepStrictEqual(value, values.get(field)))
    .map(([field, value]) => [field, [values.get(field), value]] as const);
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

function auditKey(
  { type }: { readonly type: KeyType },
  transaction: Orm,
  actor: Actor,
  verb: 'created' | 'changed' | 'rotated' | 'revoked',
  row: KeyRow,
  now: Date,
  changes?: AuditEntry['changes'] | null,
): Promise<void> {
  const entry: AuditEntry = {
    organizationId: row.organizationId,
    action: `${type}_key.${verb}`,
    targetType: `${type}_key`,
    targetId: row.id,
    targetName: row.name,
    changes: changes ?? undefined,
  };
  return audit(transaction, actor, entry, now);
}
