// An entry of the audit log as the API shows it.
import type { AuditLogEntryAnswer } from '@sazabi/contract/schemas';
import type { AuditLogEntry } from '@sazabi/control-db';

/** @param testOnly a test key asks: it sees of a live key that acted nothing but its id */
export function presentAuditLogEntry({ entry, actorKey }: AuditLogEntry, testOnly: boolean): AuditLogEntryAnswer {
  const hidden = testOnly && actorKey?.mode === 'live';
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    action: entry.action,
    actor: {
      type: entry.actor,
      keyId: entry.actorKeyId,
      keyName: hidden ? null : (actorKey?.name ?? null),
      keyPrefix: hidden ? null : (actorKey?.keyPrefix ?? null),
    },
    target: { type: entry.targetType, id: entry.targetId, name: entry.targetName },
    changes: entry.changes === null ? null : mutable(entry.changes),
    address: hidden ? null : entry.address,
    userAgent: hidden ? null : entry.userAgent,
  };
}

function mutable(changes: Readonly<Record<string, readonly [unknown, unknown]>>): Record<string, [unknown, unknown]> {
  return Object.fromEntries(Object.entries(changes).map(([field, [before, after]]) => [field, [before, after]]));
}
