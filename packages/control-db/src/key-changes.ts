// The order in which public keys change, and the entries that the key feed makes of it.
import type { PublicKeyEntry } from '@sazabi/keys';
import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm';
import { KEY_CHANGES_CHANNEL, type Orm } from './control-db.ts';
import { instance, keyChanges, projects, publicKeys } from './schema.ts';

const DAY_MS = 86_400_000;
/** Revoked and expired keys stay in the feed so long: their 401 says when. */
export const RETIRED_KEYS_KEPT_DAYS = 90;
/** An intake that was away longer gets a whole snapshot. */
const CHANGES_KEPT_DAYS = 7;
/** Entries in one step of a feed: bounds the memory of a long catch-up. */
export const KEY_CHANGES_READ_MAX = 1_000;

export interface FeedState {
  readonly epoch: string;
  readonly seq: number;
  /** base64 of 32 bytes. */
  readonly receiptSecret: string;
}

export interface KeyChange {
  readonly seq: number;
  readonly keyId: string;
  /** null where the key is no longer in the feed. */
  readonly entry: PublicKeyEntry | null;
}

/**
 * Notes that these keys changed, in the transaction that changes them, as its last step: the counter's row stays locked
 * until the commit, which makes `seq` the order of commits. Resolves to the last seq taken.
 */
export async function recordKeyChanges(transaction: Orm, keyIds: readonly string[], now: Date): Promise<number> {
  const [counter] = await transaction
    .update(instance)
    .set({ keySeq: sql`${instance.keySeq} + ${keyIds.length}` })
    .returning({ seq: instance.keySeq });
  if (counter === undefined) throw new Error('The control store has no instance row.');
  const first = counter.seq - keyIds.length + 1;
  if (keyIds.length > 0) {
    await transaction
      .insert(keyChanges)
      .values(keyIds.map((keyId, index) => ({ seq: first + index, keyId, changedAt: now })));
    await transaction.execute(sql`SELECT pg_notify(${KEY_CHANGES_CHANNEL}, '')`);
  }
  return counter.seq;
}

/** Where the feed stands. */
export async function readFeedState(orm: Orm): Promise<FeedState> {
  const [row] = await orm.select().from(instance);
  if (row === undefined) throw new Error('The control store has no instance row.');
  return { epoch: row.epoch, seq: row.keySeq, receiptSecret: row.receiptSecret };
}

/** Every key that belongs in the feed, at one moment. */
export function readKeySnapshot(orm: Orm, nowMs: number): Promise<FeedState & { entries: PublicKeyEntry[] }> {
  return orm.transaction(
    async (transaction) => {
      const state = await readFeedState(transaction);
      const keptSince = new Date(nowMs - RETIRED_KEYS_KEPT_DAYS * DAY_MS);
      const rows = await selectKeys(transaction).where(
        and(
          or(isNull(publicKeys.revokedAt), gt(publicKeys.revokedAt, keptSince)),
          or(isNull(publicKeys.expiresAt), gt(publicKeys.expiresAt, keptSince)),
          or(isNull(projects.deletedAt), gt(projects.deletedAt, keptSince)),
        ),
      );
      return { ...state, entries: rows.map(entryOf) };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** Whether a feed that has seen everything up to `seq` can go on from there, or needs a snapshot. */
export async function canResume(orm: Orm, after: { epoch: string; seq: number }): Promise<boolean> {
  const state = await readFeedState(orm);
  if (after.epoch !== state.epoch || after.seq > state.seq) return false;
  if (after.seq === state.seq) return true;
  const [oldest] = await orm.select().from(keyChanges).orderBy(asc(keyChanges.seq)).limit(1);
  return oldest !== undefined && oldest.seq <= after.seq + 1;
}

/** The next changes after `seq`, in order, with the keys as they are now; empty where there are none. */
export async function readKeyChanges(orm: Orm, seq: number): Promise<KeyChange[]> {
  const changes = await orm
    .select()
    .from(keyChanges)
    .where(gt(keyChanges.seq, seq))
    .orderBy(asc(keyChanges.seq))
    .limit(KEY_CHANGES_READ_MAX);
  if (changes.length === 0) return [];
  const ids = [...new Set(changes.map(({ keyId }) => keyId))];
  const entries = new Map(
    (await selectKeys(orm).where(inArray(publicKeys.id, ids))).map((row) => [row.key.id, entryOf(row)]),
  );
  return changes.map((change) => ({ seq: change.seq, keyId: change.keyId, entry: entries.get(change.keyId) ?? null }));
}

/** Forgets changes that no feed will resume from. */
export async function forgetOldKeyChanges(orm: Orm, nowMs: number): Promise<void> {
  const before = new Date(nowMs - CHANGES_KEPT_DAYS * DAY_MS);
  await orm.delete(keyChanges).where(sql`${keyChanges.changedAt} < ${before.toISOString()}`);
}

function selectKeys(orm: Orm) {
  return orm
    .select({
      key: publicKeys,
      retentionDays: projects.retentionDays,
      quotaBytesPerDay: projects.quotaBytesPerDay,
      quotaLogsPerDay: projects.quotaLogsPerDay,
      projectDeletedAt: projects.deletedAt,
    })
    .from(publicKeys)
    .innerJoin(projects, eq(projects.id, publicKeys.projectId))
    .$dynamic();
}

function entryOf(row: Awaited<ReturnType<typeof selectKeys>>[number]): PublicKeyEntry {
  const { key, quotaBytesPerDay: bytesPerDay, quotaLogsPerDay: logsPerDay } = row;
  return {
    hash: key.hash,
    keyId: key.id,
    projectId: key.projectId,
    organizationId: key.organizationId,
    mode: key.mode,
    rateLimitPerMinute: key.rateLimitPerMinute,
    allowedOrigins: key.allowedOrigins,
    environment: key.environment,
    expiresAtMs: key.expiresAt?.getTime() ?? null,
    revokedAtMs: (key.revokedAt ?? row.projectDeletedAt)?.getTime() ?? null,
    retentionDays: row.retentionDays,
    quota: bytesPerDay === null && logsPerDay === null ? null : { bytesPerDay, logsPerDay },
  };
}
