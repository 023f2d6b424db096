// All calls of the API: one file a verb, registered here.
import type { Context } from '../context.ts';
import type { App } from '../http/app.ts';
import { deleteDeadLetterRoute } from './dead-letters/delete.ts';
import { listDeadLettersRoute } from './dead-letters/list.ts';
import { replayDeadLetterRoute } from './dead-letters/replay.ts';
import { getLogRoute } from './logs/get.ts';
import { queryLogsRoute } from './logs/query.ts';
import { logsVolumeRoute } from './logs/volume.ts';
import { getMe } from './me/get.ts';
import { healthzRoute } from './operations/healthz.ts';
import { readyzRoute } from './operations/readyz.ts';
import { versionRoute } from './operations/version.ts';
import { changeProjectRoute } from './projects/change.ts';
import { createProjectRoute } from './projects/create.ts';
import { deleteProjectRoute } from './projects/delete.ts';
import { getProjectRoute } from './projects/get.ts';
import { listProjectsRoute } from './projects/list.ts';
import { createPublicKeyRoute } from './public-keys/create.ts';
import { getPublicKeyRoute } from './public-keys/get.ts';
import { listPublicKeysRoute } from './public-keys/list.ts';
import { revokePublicKeyRoute } from './public-keys/revoke.ts';
import { getReceiptRoute } from './receipts/get.ts';
import { createSecretKeyRoute } from './secret-keys/create.ts';
import { getSecretKeyRoute } from './secret-keys/get.ts';
import { listSecretKeysRoute } from './secret-keys/list.ts';
import { revokeSecretKeyRoute } from './secret-keys/revoke.ts';

const ROUTES: readonly ((app: App, context: Context) => void)[] = [
  getMe,
  listProjectsRoute,
  createProjectRoute,
  getProjectRoute,
  changeProjectRoute,
  deleteProjectRoute,
  listPublicKeysRoute,
  createPublicKeyRoute,
  getPublicKeyRoute,
  revokePublicKeyRoute,
  listSecretKeysRoute,
  createSecretKeyRoute,
  getSecretKeyRoute,
  revokeSecretKeyRoute,
  queryLogsRoute,
  logsVolumeRoute,
  getLogRoute,
  getReceiptRoute,
  listDeadLettersRoute,
  replayDeadLetterRoute,
  deleteDeadLetterRoute,
  healthzRoute,
  readyzRoute,
  versionRoute,
];

export function registerRoutes(app: App, context: Context): void {
  for (const register of ROUTES) register(app, context);
}
