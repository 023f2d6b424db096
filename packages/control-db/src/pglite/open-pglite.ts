// The embedded control store: PGlite in this process, its files in one folder, durable and for one process at a time.
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { dataDir as preparedFiles } from '@electric-sql/pglite-prepopulatedfs';
import { makeFolder, syncFolder } from '@sazabi/durable-files';
import { type FolderLock, lockFolder, StartupError } from '@sazabi/lifecycle';
import { drizzle } from 'drizzle-orm/pglite';
import { type Database, KEY_CHANGES_CHANNEL, type Told } from '../control-db.ts';
import { createMemory } from '../memory.ts';
import * as schema from '../schema.ts';
import { DURABLE_START_PARAMS, durableNodeFs } from './durable-node-fs.ts';
import { syncTree } from './sync-tree.ts';

/** How long a start waits for the process before it to go: one that was killed takes its children with it in this time. */
const LOCK_WAIT_MS = 2_000;

/**
 * Opens the database in `folder`, making it where there is none.
 * @throws StartupError one line: not writable, in use by another process, or damaged
 */
export async function openPglite(folder: string, tell: Told): Promise<Database> {
  const home = resolve(folder);
  makeWritable(home);
  const lock = await lockFolder(home, 'control', LOCK_WAIT_MS);
  if (lock === null) {
    throw new StartupError(
      `The control store in ${home} is in use by another process: stop that one, or set another SAZABI_DATA_DIR.`,
    );
  }
  try {
    return await openLocked(home, lock, tell);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(home: string, lock: FolderLock, tell: Told): Promise<Database> {
  const files = join(home, 'postgres');
  const unfinished = join(home, 'initialising');
  // A start that was killed before the first files were whole left no database, and nobody was told a key of it.
  if (existsSync(unfinished)) rmSync(files, { recursive: true, force: true });
  const isNew = !existsSync(files);
  if (isNew) await writeDurably(unfinished);
  const pglite = await start(files, isNew);
  if (isNew) await syncTree(files);
  rmSync(unfinished, { force: true });
  const memory = createMemory();
  const orm = drizzle(pglite, { schema, logger: memory });
  // In this process alone: nothing is lost on the way, and nobody else confirms anything.
  await pglite.listen(KEY_CHANGES_CHANNEL, () => tell(KEY_CHANGES_CHANNEL));
  return {
    shared: false,
    orm,
    remembering: memory.remembering,
    connect: async () => undefined,
    pulse: (work) => work(orm),
    async close() {
      await pglite.close();
      await lock.release();
    },
  };
}

function makeWritable(home: string): void {
  try {
    // Only for us: PGlite makes its files readable for all, and what signs receipts lies in them.
    makeFolder(home, 0o700);
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The control store's folder ${home} cannot be used (${why}): mend it or set another SAZABI_DATA_DIR.`,
      { cause: error },
    );
  }
}

/** An empty file that is there after a power cut too. */
async function writeDurably(path: string): Promise<void> {
  writeFileSync(path, '', { flush: true });
  await syncFolder(dirname(path));
}

/** A new database begins as the prepared files of PGlite's own package: initdb would cost 3 CPU-seconds, these cost 0.5. */
async function start(files: string, isNew: boolean): Promise<PGlite> {
  try {
    return await PGlite.create({
      ...(isNew ? { loadDataDir: await preparedFiles() } : {}),
      fs: durableNodeFs(files),
      startParams: DURABLE_START_PARAMS,
      relaxedDurability: false,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartupError(`The control store in ${files} does not open (${why}): restore the folder from a backup.`, {
      cause: error,
    });
  }
}
