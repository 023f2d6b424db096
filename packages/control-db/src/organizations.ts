// Organizations, and the lock that makes changes within one follow each other.
import { asc } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, audit } from './actor.ts';
import type { Orm } from './control-db.ts';
import { createKey, type MadeKey } from './keys.ts';
import { createProject, type Project } from './projects.ts';
import { PUBLIC_KEYS, type PublicKey } from './public-keys.ts';
import { organizations } from './schema.ts';
import { SECRET_KEYS, type SecretKey } from './secret-keys.ts';

export type Organization = typeof organizations.$inferSelect;

/** A new organization with what it needs to begin: a project and one key of each type, in plain text this once. */
export interface FoundedOrganization {
  readonly organization: Organization;
  readonly project: Project;
  readonly publicKey: MadeKey<PublicKey>;
  readonly secretKey: MadeKey<SecretKey>;
}

export interface GivenKeys {
  readonly publicKey?: string | undefined;
  readonly secretKey?: string | undefined;
}

/** Makes an organization, its first project and its first keys (new ones, or those given) in one transaction. */
export function foundOrganization(
  orm: Orm,
  name: string,
  actor: Actor,
  given: GivenKeys = {},
): Promise<FoundedOrganization> {
  return orm.transaction(async (transaction) => {
    const now = new Date();
    const [organization] = await transaction
      .insert(organizations)
      .values({ id: uuidv7(), name, createdAt: now })
      .returning();
    if (organization === undefined) throw new Error('The organization was not stored.');
    await audit(
      transaction,
      actor,
      {
        organizationId: organization.id,
        action: 'organization.created',
        targetType: 'organization',
        targetId: organization.id,
        targetName: name,
      },
      now,
    );
    const project = await createProject(transaction, organization.id, { name: 'Default' }, actor);
    const secretKey = await createKey(
      SECRET_KEYS,
      transaction,
      organization.id,
      { name: 'First secret key', given: given.secretKey },
      actor,
    );
    const publicKey = await createKey(
      PUBLIC_KEYS,
      transaction,
      organization.id,
      { name: 'First public key', projectId: project.id, given: given.publicKey },
      actor,
    );
    return { organization, project, publicKey, secretKey };
  });
}

/** All organizations, oldest first: for whoever runs this. */
export function listOrganizations(orm: Orm): Promise<Organization[]> {
  return orm.select().from(organizations).orderBy(asc(organizations.id));
}
