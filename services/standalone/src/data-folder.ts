// The data folder: made where it is missing, and held by one supervisor at a time.
import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '@sazabi/lifecycle';

export interface DataFolder {
  readonly path: string;
  /** Lets another supervisor have it; the end of this process does the same. */
  release(): void;
}

/**
 * Makes the folder (0700) and takes it for this process.
 * The lock is SQLite's, which is the operating system's: it ends with the process, however that ends, so it is never
 * stale. (A pid in a file would be after a kill -9, and Node has no flock of its own.)
 * @throws StartupError when it cannot be made or written, or another supervisor has it
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartupError(
      `The data folder ${path} cannot be used (${codeOf(error)}): mend its permissions, or set SAZABI_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  const file = join(path, 'lock');
  const Database = await sqlite();
  try {
    const database = new Database(file);
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(file, 0o600);
    return { path, release: () => database.close() };
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('locked')))
      throw new StartupError(
        `The lock ${file} cannot be taken (${codeOf(error)}): mend the folder, or set SAZABI_DATA_DIR.`,
        {
          cause: error,
        },
      );
    throw new StartupError(
      `Another Sazabi is running on the data folder ${path}: stop it, or set SAZABI_DATA_DIR (and other ports) for this one.`,
      { cause: error },
    );
  }
}

/** Node's SQLite without its warning of being experimental: only its file lock is used here, and Node's version is pinned. */
async function sqlite() {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  const { DatabaseSync } = await import('node:sqlite');
  process.emitWarning = emitWarning;
  return DatabaseSync;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${error.code}` : error.message;
}
