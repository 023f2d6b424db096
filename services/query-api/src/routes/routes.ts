// All calls of the API: one file a verb, registered here.
import type { Context } from '../context.ts';
import type { App } from '../http/app.ts';
import { listAuditLogRoute } from './audit-log/list.ts';
import { deleteDeadLetterRoute } from './dead-letters/delete.ts';
import { listDeadLettersRoute } from './dead-letters/list.ts';
import { replayDeadLetterRoute } from './dead-letters/replay.ts';
import { changeKeyRoute } from './keys/change.ts';
import { createKeyRoute } from './keys/create.ts';
import { getKeyRoute } from './keys/get.ts';
import { listKeysRoute } from './keys/list.ts';
import { PUBLIC } from './keys/public.ts';
import { revokeKeyRoute } from './keys/revoke.ts';
import { rotateKeyRoute } from './keys/rotate.ts';
import { SECRET } from './keys/secret.ts';
import { logFieldsRoute } from './logs/fields.ts';
import { getLogRoute } from './logs/get.ts';
import { queryLogsRoute } from './logs/query.ts';
import { tailLogsRoute } from './logs/tail.ts';
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
import { getReceiptRoute } from './receipts/get.ts';
import { changeSettingsRoute } from './settings/change.ts';
import { getSettingsRoute } from './settings/get.ts';
import { changeThreadRoute } from './threads/change.ts';
import { createThreadRoute } from './threads/create.ts';
import { createThreadMessageRoute } from './threads/create-message.ts';
import { deleteThreadRoute } from './threads/delete.ts';
import { getThreadRoute } from './threads/get.ts';
import { listThreadsRoute } from './threads/list.ts';
import { listThreadMessagesRoute } from './threads/list-messages.ts';
import { listUsageRoute } from './usage/list.ts';

const ROUTES: readonly ((app: App, context: Context) => void)[] = [
  getMe,
  listProjectsRoute,
  createProjectRoute,
  getProjectRoute,
  changeProjectRoute,
  deleteProjectRoute,
  keyRoutes,
  queryLogsRoute,
  logsVolumeRoute,
  logFieldsRoute,
  tailLogsRoute,
  getLogRoute,
  getReceiptRoute,
  listDeadLettersRoute,
  replayDeadLetterRoute,
  deleteDeadLetterRoute,
  listThreadsRoute,
  createThreadRoute,
  getThreadRoute,
  changeThreadRoute,
  deleteThreadRoute,
  listThreadMessagesRoute,
  createThreadMessageRoute,
  getSettingsRoute,
  changeSettingsRoute,
  listAuditLogRoute,
  listUsageRoute,
  healthzRoute,
  readyzRoute,
  versionRoute,
];

export function registerRoutes(app: App, context: Context): void {
  for (const register of ROUTES) register(app, context);
}

function keyRoutes(app: App, context: Context): void {
  for (const register of [listKeysRoute, createKeyRoute, getKeyRoute, changeKeyRoute, rotateKeyRoute, revokeKeyRoute]) {
    register(app, context, PUBLIC);
    register(app, context, SECRET);
  }
}
