// POST /internal/secret-keys {organizationId?, name?, scopes?}: the way back in, for whoever runs this.
import { operatorSecretKeySchema } from '@sazabi/contract/schemas';
import { type ControlDb, createKey, listOrganizations, SECRET_KEYS } from '@sazabi/control-db';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import { notFound } from '../http/not-found.ts';
import { invalid } from '../http/validation.ts';
import { presentSecretKey } from '../routes/keys/secret.ts';
import { internalCall, parseBody } from './internal-call.ts';

export function createSecretKeyRoute(db: ControlDb, logger: Logger): InternalRoute {
  return internalCall(logger, async (request) => {
    const { organizationId: wanted, ...body } = await parseBody(request, operatorSecretKeySchema);
    const organizationId = await organizationFor(db, wanted);
    const { row, key } = await createKey(SECRET_KEYS, db.orm, organizationId, body, { type: 'operator' });
    return { status: 201, data: { organizationId, secretKey: { ...presentSecretKey(row), key } } };
  });
}

/** The organization asked for, else the only one. @throws ContractError */
async function organizationFor(db: ControlDb, wanted: string | undefined): Promise<string> {
  const organizations = await listOrganizations(db.orm);
  const [only, ...others] =
    wanted === undefined ? organizations : organizations.filter(({ id }) => id === wanted.toLowerCase());
  if (only === undefined) throw notFound('organization');
  if (others.length === 0) return only.id;
  const message = 'must be named, as there are several (sazabi admin organizations list)';
  throw invalid([{ path: 'organizationId', message }]);
}
