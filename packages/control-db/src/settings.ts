// Settings of an organization: its name, and what is taken where a new project or key says nothing.
import { eq } from 'drizzle-orm';
import { type Actor, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { organizations } from './schema.ts';

export interface Settings {
  readonly name: string;
  readonly defaultRetentionDays: number;
  /** null = no limit but the operator's cap. */
  readonly defaultPublicRateLimitPerMinute: number | null;
  readonly defaultSecretRateLimitPerMinute: number | null;
}

/** A setting → its name in the API, for the audit log. */
const SHOWN_AS = {
  name: 'name',
  defaultRetentionDays: 'defaultRetentionDays',
  defaultPublicRateLimitPerMinute: 'defaultRateLimits.publicKeys',
  defaultSecretRateLimitPerMinute: 'defaultRateLimits.secretKeys',
} as const satisfies Record<keyof Settings, string>;

const COLUMNS = {
  name: organizations.name,
  defaultRetentionDays: organizations.defaultRetentionDays,
  defaultPublicRateLimitPerMinute: organizations.defaultPublicRateLimitPerMinute,
  defaultSecretRateLimitPerMinute: organizations.defaultSecretRateLimitPerMinute,
};

export async function readSettings(orm: Orm, organizationId: string): Promise<Settings> {
  const [row] = await orm.select(COLUMNS).from(organizations).where(eq(organizations.id, organizationId));
  if (row === undefined) throw new Error('The organization is not there.');
  return row;
}

/** The settings as they are afterwards. `undefined` stays as it is; where nothing changes, nothing is written down. */
export function changeSettings(
  orm: Orm,
  organizationId: string,
  wanted: { readonly [Name in keyof Settings]?: Settings[Name] | undefined },
  actor: Actor,
): Promise<Settings> {
  return orm.transaction(async (transaction) => {
    // Locked, so that what the audit log says was before is what was before. Keys and projects may be made meanwhile.
    await transaction
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, organizationId))
      .for('no key update');
    const before = await readSettings(transaction, organizationId);
    const after: Settings = {
      name: wanted.name ?? before.name,
      defaultRetentionDays: wanted.defaultRetentionDays ?? before.defaultRetentionDays,
      defaultPublicRateLimitPerMinute: orBefore(
        wanted.defaultPublicRateLimitPerMinute,
        before.defaultPublicRateLimitPerMinute,
      ),
      defaultSecretRateLimitPerMinute: orBefore(
        wanted.defaultSecretRateLimitPerMinute,
        before.defaultSecretRateLimitPerMinute,
      ),
    };
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length === 0) return before;
    await transaction.update(organizations).set(after).where(eq(organizations.id, organizationId));
    const target = { targetType: 'organization', targetId: organizationId, targetName: after.name } as const;
    await audit(transaction, actor, { organizationId, action: 'settings.changed', ...target, changes }, new Date());
    return after;
  });
}

function orBefore<T>(wanted: T | undefined, before: T): T {
  return wanted === undefined ? before : wanted;
}

function changesBetween(before: Settings, after: Settings): Record<string, readonly [unknown, unknown]> {
  const changed = SETTING_NAMES.filter((name) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => [SHOWN_AS[name], [before[name], after[name]]]));
}

const SETTING_NAMES = [
  'name',
  'defaultRetentionDays',
  'defaultPublicRateLimitPerMinute',
  'defaultSecretRateLimitPerMinute',
] as const;
