// Opens LMDB environments: one per folder and process, shared by all who ask, with errors an operator can mend.
import { constants, statSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder, syncFolder } from '@sazabi/durable-files';
import { open, type RootDatabase } from 'lmdb';
import { BusError } from '../bus.ts';
import { DATA_FILE, reasonNotToOpen } from './data-file.ts';
import { PRESENCE_CHECK_MS } from './limits.ts';

/** What lmdb 3.5.6 takes and its type declarations leave out. */
declare module 'lmdb' {
  interface Database<V, K extends Key> {
    /** write.js: `append` and `noOverwrite` make it resolve false where the key's place forbids it. */
    put(id: K, value: V, options: PutOptions): Promise<boolean>;
    /** open.js: the folder of the environment. */
    readonly path: string;
  }
  interface RootDatabaseOptions {
    /** env.cpp: permissions of the files it makes. */
    permissionsMode?: number;
  }
}

export type Store = RootDatabase<Buffer, Buffer>;

export interface Environment {
  readonly store: Store;
  /**
   * Finds out, once a second at most, whether somebody has deleted or replaced the files: what were written then would be
   * gone with this process. @throws BusError 'unavailable'
   */
  checkPresent(): void;
  /** Closes the environment when nobody in this process uses it any more. Call once. */
  release(): Promise<void>;
}

interface Shared {
  readonly opened: Promise<Store>;
  users: number;
}

/** LMDB must not be opened twice by one process: its file locks belong to the process. */
const environments = new Map<string, Shared>();
/** Closings under way: the folder may be opened again only when they have ended. */
const closings = new Map<string, Promise<void>>();

/**
 * Opens (and makes, where missing) the environment in `folder`.
 * @throws BusError 'unavailable', one line that names the folder and what to do
 */
export async function openEnvironment(folder: string, mapBytes: number): Promise<Environment> {
  const path = resolve(folder);
  await closings.get(path);
  let shared = environments.get(path);
  if (shared === undefined) {
    shared = { opened: openStore(path, mapBytes), users: 0 };
    environments.set(path, shared);
  }
  const mine = shared;
  mine.users += 1;
  try {
    const store = await mine.opened;
    return { store, checkPresent: createPresenceCheck(path), release: () => releaseOne(path, mine) };
  } catch (error) {
    mine.users -= 1;
    if (environments.get(path) === mine) environments.delete(path);
    throw error;
  }
}

function createPresenceCheck(path: string): () => void {
  const inodeNow = () => statSync(join(path, DATA_FILE), { throwIfNoEntry: false })?.ino;
  const inode = inodeNow();
  let checkedAtMs = performance.now();
  return () => {
    if (performance.now() - checkedAtMs < PRESENCE_CHECK_MS) return;
    if (inodeNow() !== inode) {
      throw new BusError(
        'unavailable',
        `The bus folder ${path} was deleted or replaced under a running process: restart it.`,
      );
    }
    checkedAtMs = performance.now();
  };
}

async function releaseOne(path: string, shared: Shared): Promise<void> {
  shared.users -= 1;
  if (shared.users > 0) return;
  environments.delete(path);
  const store = await shared.opened;
  const closing = store.close().finally(() => closings.delete(path));
  closings.set(path, closing);
  await closing;
}

async function openStore(path: string, mapBytes: number): Promise<Store> {
  await makeWritable(path);
  const reason = await reasonNotToOpen(path).catch(reasonOf);
  if (reason !== null) {
    throw new BusError(
      'unavailable',
      `The bus in ${path} cannot be opened: ${reason}. Move the folder away or restore it.`,
    );
  }
  let store: Store;
  try {
    store = open<Buffer, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'binary',
      mapSize: mapBytes,
      // Off: with it a commit is visible before it is synced, and each process takes only its own syncs into account.
      // Off means LMDB's own protocol: pages, fdatasync, then the meta page through O_DSYNC, then the promise resolves.
      overlappingSync: false,
      // Off: the batch that lmdb would open by itself has a promise of its own, which nobody holds, and a failed commit
      // would end the process by its unhandled rejection. Writes of one turn of the event loop share a commit all the same.
      eventTurnBatching: false,
      permissionsMode: 0o600,
      // Readers slots, one per process and thread that reads.
      maxReaders: 126,
    });
  } catch (error) {
    throw new BusError('unavailable', `The bus in ${path} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
  // Readers of processes that were killed would hold their pages for ever.
  store.readerCheck();
  // The files themselves are synced by LMDB; their names live in the folders.
  await syncFolder(path);
  await syncFolder(dirname(path));
  return store;
}

async function makeWritable(path: string): Promise<void> {
  try {
    makeFolder(path, 0o700);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const found = await stat(path).catch(() => null);
    const why =
      found !== null && !found.isDirectory()
        ? 'is a file where the bus needs a folder: move it away or choose another folder'
        : `cannot be made or written (${codeOf(error)}): give this user the folder or choose another`;
    throw new BusError('unavailable', `The bus folder ${path} ${why}.`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
