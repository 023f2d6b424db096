// What the audit log tells of: every change that someone made, to what.

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
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_TARGET_TYPES = ['organization', 'project', 'public_key', 'secret_key', 'dead_letter'] as const;
export type AuditTargetType = (typeof AUDIT_TARGET_TYPES)[number];

/** The first start, the operator on the internal port, or a secret key. */
export const AUDIT_ACTOR_TYPES = ['bootstrap', 'operator', 'secret_key'] as const;
