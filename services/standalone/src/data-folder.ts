// The data folder: made where it is missing, and held by one supervisor at a time.
import { accessSync, constants } from 'node:fs';
import { makeFolder } from '@sazabi/durable-files';
import { type FolderLock, lockFolder, StartupError } from '@sazabi/lifecycle';

/**
 * Makes the folder (0700) and takes it for this process, until it ends, however that ends, or releases it.
 * @throws StartupError when it cannot be made or written, or another supervisor has it
 */
export async function takeDataFolder(path: string): Promise<FolderLock> {
  const lock = await lockWritable(path).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    throw new StartupError(
      `The data folder ${path} cannot be used (${why}): mend its permissions, or set SAZABI_DATA_DIR to another folder.`,
      { cause: error },
    );
  });
  if (lock === null)
    throw new StartupError(
      `Another Sazabi is running on the data folder ${path}: stop it, or set SAZABI_DATA_DIR (and other ports) for this one.`,
    );
  return lock;
}

async function lockWritable(path: string): Promise<FolderLock | null> {
  makeFolder(path, 0o700);
  accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  return await lockFolder(path, 'standalone');
}
