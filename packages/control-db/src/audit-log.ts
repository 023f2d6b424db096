// The audit log of an organization as it is read; actor.ts writes it.
import type { AuditAction, Mode } from '@sazabi/contract';
import { and, desc, eq, gte, lt, ne, notExists, or, type SQL, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { auditLog, publicKeys, secretKeys } from './schema.ts';

export interface AuditLogEntry {
  readonly id: string;
  readonly entry: typeof auditLog.$inferSelect;
  /** The secret key that acted, named as it is now; null: the first start or the operator. */
  readonly actorKey: { readonly name: string; readonly keyPrefix: string; readonly mode: Mode } | null;
}

export interface AuditLogOptions {
  readonly limit: number;
  /** Only entries written before the one with this id. */
  readonly before: string | null;
  readonly action?: AuditAction | undefined;
  readonly targetId?: string | undefined;
  /** Only entries of this time or later, and before the other. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Without what was done to live keys and to dead letters of live logs. */
  readonly testOnly: boolean;
}

/** Newest first. */
export function listAuditLog(orm: Orm, organizationId: string, options: AuditLogOptions): Promise<AuditLogEntry[]> {
  const { before, action, targetId, from, to, testOnly } = options;
  return orm
    .select({
      id: auditLog.id,
      entry: auditLog,
      actorKey: { name: secretKeys.name, keyPrefix: secretKeys.keyPrefix, mode: secretKeys.mode },
    })
    .from(auditLog)
    .leftJoin(secretKeys, eq(secretKeys.id, auditLog.actorKeyId))
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        before === null ? undefined : lt(auditLog.id, before),
        action === undefined ? undefined : eq(auditLog.action, action),
        targetId === undefined ? undefined : eq(auditLog.targetId, targetId),
        from === undefined ? undefined : gte(auditLog.at, from),
        to === undefined ? undefined : lt(auditLog.at, to),
        testOnly ? seenByTestKeys(orm) : undefined,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(options.limit);
}

/** A test key sees no live key, and no dead letter of live logs: one is settled by a key of its own mode alone. */
function seenByTestKeys(orm: Orm): SQL | undefined {
  const live = (keys: typeof publicKeys | typeof secretKeys) =>
    orm
      .select({ one: sql`1` })
      .from(sql`${keys} AS target`)
      .where(sql`target.id = ${auditLog.targetId} AND target.mode = 'live'`);
  return and(
    notExists(live(publicKeys)),
    notExists(live(secretKeys)),
    or(ne(auditLog.targetType, 'dead_letter'), eq(secretKeys.mode, 'test')),
  );
}
