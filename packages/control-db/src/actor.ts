// Who does what: the actor of a change, as the audit log keeps it.
import type { AuditAction, AuditTargetType } from '@sazabi/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Orm } from './control-db.ts';
import { auditLog } from './schema.ts';

/** The first start, the operator on the internal port, or a secret key from somewhere. */
export type Actor =
  | { readonly type: 'bootstrap' | 'operator' }
  | {
      readonly type: 'secret_key';
      readonly keyId: string;
      readonly address: string;
      readonly userAgent: string | null;
    };

export interface AuditEntry {
  readonly organizationId: string;
  readonly action: AuditAction;
  readonly targetType: AuditTargetType;
  readonly targetId: string;
  /** The target's name as it is now; none where it has none. */
  readonly targetName?: string | undefined;
  /** Field → before and after. */
  readonly changes?: Readonly<Record<string, readonly [unknown, unknown]>> | undefined;
}

/** The secret key that acts, or null. */
export function actorKeyId(actor: Actor): string | null {
  return actor.type === 'secret_key' ? actor.keyId : null;
}

/** Writes the change down, in the transaction that makes it. */
export function audit(transaction: Orm, actor: Actor, entry: AuditEntry, now: Date): Promise<void> {
  return auditAll(transaction, actor, [entry], now);
}

/** The same for changes that are made together: at least one, and no more than one statement takes (a thousand are fine). */
export async function auditAll(
  transaction: Orm,
  actor: Actor,
  entries: readonly AuditEntry[],
  now: Date,
): Promise<void> {
  const who = {
    at: now,
    actor: actor.type,
    actorKeyId: actorKeyId(actor),
    address: actor.type === 'secret_key' ? actor.address : null,
    userAgent: actor.type === 'secret_key' ? actor.userAgent : null,
  };
  await transaction.insert(auditLog).values(entries.map((entry) => ({ id: uuidv7(), ...entry, ...who })));
}
