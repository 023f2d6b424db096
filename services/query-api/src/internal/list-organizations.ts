// GET /internal/organizations: all there are, oldest first.
import { type ControlDb, listOrganizations } from '@sazabi/control-db';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import { internalCall } from './internal-call.ts';

export function listOrganizationsRoute(db: ControlDb, logger: Logger): InternalRoute {
  return internalCall(logger, async () => {
    const organizations = await listOrganizations(db.orm);
    return { status: 200, data: organizations.map(({ id, name }) => ({ id, name })) };
  });
}
