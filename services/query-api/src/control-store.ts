// The control store's start: waited for, brought to the newest version, and given its first keys where it is new.
import {
  bootstrap,
  type ControlDb,
  findSecretKeyByHash,
  forgetOldKeyChanges,
  forgetOldQuotaUse,
  patiently,
  type StartingControlDb,
} from '@sazabi/control-db';
import { hashKey } from '@sazabi/keys';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import type { Config } from './config.ts';
import { firstKeysPath, settleFirstKeys, writeFirstKeys } from './first-keys-file.ts';
import { FORGET_CHANGES_INTERVAL_MS } from './limits.ts';

/** Waits for as long as the store is away, and says so. @throws StartupError where it refuses us, or given keys are malformed */
export async function prepareControlStore(
  db: StartingControlDb,
  config: Config,
  logger: Logger,
  stopping: AbortSignal | undefined,
): Promise<void> {
  const patience = {
    stopping,
    onWait: (error: unknown, attempts: number) =>
      logger.warn(
        { event: 'control_store_waiting', reason: safeMessage(error), attempts },
        'The control store (DATABASE_URL) does not answer yet: waiting for it, not ready.',
      ),
  };
  await db.untilReady(patience);
  await patiently(() => makeFirstKeys(db, config, logger), patience);
}

/** On the very first start: one key of each type. Those that were not given are found in a file, which the log names. */
async function makeFirstKeys(db: ControlDb, { dataDir, bootstrap: given }: Config, logger: Logger): Promise<void> {
  const allGiven = given.publicKey !== undefined && given.secretKey !== undefined;
  await bootstrap(db, given, allGiven ? undefined : (keys) => writeFirstKeys(dataDir, keys));
  const { keptAside, placed } = await settleFirstKeys(
    dataDir,
    async ({ secretKey }) => (await findSecretKeyByHash(db.orm, hashKey(secretKey))) !== null,
  );
  if (keptAside !== null)
    logger.warn(
      { event: 'first_keys_kept_aside', path: keptAside },
      `The first keys of another control store (DATABASE_URL) were in this folder; they are in ${keptAside} now.`,
    );
  const path = firstKeysPath(dataDir);
  if (placed) logger.info({ event: 'first_keys_written', path }, `The first keys are in ${path}.`);
}

/** Forgets now and then what no feed needs any more. Returns how to stop it. */
export function keepChangesShort(db: ControlDb, logger: Logger): () => Promise<void> {
  const forget = () =>
    Promise.all([forgetOldKeyChanges(db.orm, Date.now()), forgetOldQuotaUse(db.orm, Date.now())]).catch(
      (error: unknown) =>
        logger.warn({ event: 'key_changes_kept', reason: safeMessage(error) }, 'Old key changes were not forgotten.'),
    );
  const forgetting = setInterval(() => void forget(), FORGET_CHANGES_INTERVAL_MS).unref();
  return async () => clearInterval(forgetting);
}
