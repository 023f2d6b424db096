// The intake's folder in the data directory: held by one intake at a time, for the spool in it has one writer.
import { join } from 'node:path';
import { makeFolder } from '@sazabi/durable-files';
import { type FolderLock, lockFolder, StartupError } from '@sazabi/lifecycle';
import { FOLDER_LOCK_WAIT_MS } from './limits.ts';

/**
 * Makes the folder and takes it until the process ends, however it ends, or releases it.
 * @throws StartupError when it cannot be made or another intake has it
 */
export async function takeIntakeFolder(dataDir: string): Promise<FolderLock> {
  const folder = join(dataDir, 'intake');
  const lock = await lockMade(folder).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    throw new StartupError(
      `The folder ${folder} cannot be used (${why}): mend its permissions, or set SAZABI_DATA_DIR to another folder.`,
      { cause: error },
    );
  });
  if (lock === null)
    throw new StartupError(
      `Another intake is running on ${folder}: give each intake a SAZABI_DATA_DIR of its own, and keep it for that one.`,
    );
  return lock;
}

async function lockMade(folder: string): Promise<FolderLock | null> {
  makeFolder(folder, 0o700);
  return lockFolder(folder, 'intake', FOLDER_LOCK_WAIT_MS);
}
