// Who does what: the actor of a change, as the audit log keeps it.
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

export const AUDIT_ACTIONS = [
  'organization.created',
  'project.created',
  'project.changed',
  'project.deleted',
  'public_key.created',
  'public_key.changed',
  'public_key.rotated',
  'public_key.revoked',
  'secret_key.created',
  'secret_key.changed',
  'secret_key.rotated',
  'secret_key.revoked',
  'settings.changed',
  'dead_letter.replayed',
  'dead_letter.deleted',
] as const;
export const AUDIT_TARGET_TYPES = ['organization', 'project', 'public_key', 'secret_key', 'dead_letter'] as const;

export interface AuditEntry {
  readonly organizationId: string;
  readonly action: (typeof AUDIT_ACTIONS)[number];
  readonly targetType: (typeof AUDIT_TARGET_TYPES)[number];
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
export async function audit(transaction: Orm, actor: Actor, entry: AuditEntry, now: Date): Promise<void> {
  await transaction.insert(auditLog).values({
    id: uuidv7(),
    ...entry,
    at: now,
    actor: actor.type,
    actorKeyId: actorKeyId(actor),
    address: actor.type === 'secret_key' ? actor.address : null,
    userAgent: actor.type === 'secret_key' ? actor.userAgent : null,
  });
}
