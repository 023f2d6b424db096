// POST /internal/organizations {name}: the operator makes an organization with its first project and keys.
import { newOrganizationSchema } from '@sazabi/contract/schemas';
import { type ControlDb, foundOrganization } from '@sazabi/control-db';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import type { KeyFeed } from '../key-feed/key-feed.ts';
import { presentPublicKey } from '../routes/keys/public.ts';
import { presentSecretKey } from '../routes/keys/secret.ts';
import { presentProject } from '../routes/projects/present.ts';
import { internalCall, parseBody } from './internal-call.ts';

export function createOrganizationRoute(db: ControlDb, feed: KeyFeed, logger: Logger): InternalRoute {
  return internalCall(logger, async (request) => {
    const { name } = await parseBody(request, newOrganizationSchema);
    const founded = await foundOrganization(db.orm, name, { type: 'operator' });
    await feed.inForce(founded.publicKey.seq);
    const { organization, project, publicKey, secretKey } = founded;
    return {
      status: 201,
      data: {
        organization: { id: organization.id, name: organization.name },
        project: presentProject(project),
        publicKey: { ...presentPublicKey(publicKey.row), key: publicKey.key },
        secretKey: { ...presentSecretKey(secretKey.row), key: secretKey.key },
      },
    };
  });
}
