// The very first start: an organization, a project and one key of each type, where there is nothing yet.

import { givenKeyProblem, type KeyType } from '@sazabi/keys';
import { StartupError } from '@sazabi/lifecycle';
import type { ControlDb } from './control-db.ts';
import { underStartLock } from './migrate.ts';
import { foundOrganization, type GivenKeys } from './organizations.ts';
import { organizations } from './schema.ts';

const FIRST_ORGANIZATION_NAME = 'Default';

export interface FirstKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * Makes the first organization in one transaction under the migrations' lock; null where an organization exists: then given
 * keys are ignored, so a revoked one never comes back. `keep` is given the keys in plain text, this once, before the
 * commit: what it has made durable cannot be lost by a crash, and keys of a start that fails before the commit are void.
 * @throws StartupError where a given key is malformed or of the wrong type, at later starts too
 */
export async function bootstrap(
  db: ControlDb,
  given: GivenKeys = {},
  keep: (keys: FirstKeys) => Promise<void> = async () => undefined,
): Promise<FirstKeys | null> {
  checkGiven('public', 'BOOTSTRAP_PUBLIC_KEY', given.publicKey);
  checkGiven('secret', 'BOOTSTRAP_SECRET_KEY', given.secretKey);
  return await underStartLock(db.orm, async (transaction) => {
    if ((await transaction.$count(organizations)) > 0) return null;
    const founded = await foundOrganization(transaction, FIRST_ORGANIZATION_NAME, { type: 'bootstrap' }, given);
    const keys = { publicKey: founded.publicKey.key, secretKey: founded.secretKey.key };
    await keep(keys);
    return keys;
  });
}

function checkGiven(type: KeyType, variable: string, key: string | undefined): void {
  const problem = key === undefined ? null : givenKeyProblem(type, key);
  if (problem !== null) throw new StartupError(`${variable} ${problem}.`);
}
