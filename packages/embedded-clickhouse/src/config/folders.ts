// The engine's folders: data and log that stay, and a configuration with passwords that lives as long as one run.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '@sazabi/durable-files';
import { EngineStartError } from '../engine-start-error.ts';
import { STALE_CONFIG_MS } from '../limits.ts';
import { configXml } from './config-xml.ts';
import type { EngineCredentials } from './credentials.ts';
import type { EngineCluster } from './remote-servers.ts';
import { usersXml } from './users-xml.ts';

const RUN_PREFIX = 'run-';

export interface EngineFolders {
  /** Absolute: with a relative path, tables with fsync_part_directory cannot open their own folders. */
  readonly root: string;
  readonly data: string;
  readonly log: string;
}

/** Makes the folders, 0700. @throws EngineStartError when they cannot be made or written */
export function prepareFolders(dataDir: string): EngineFolders {
  const root = resolve(dataDir);
  const folders = { root, data: join(root, 'data'), log: join(root, 'log') };
  try {
    for (const folder of [folders.root, folders.data, folders.log]) makeFolder(folder, 0o700);
    return folders;
  } catch (error) {
    throw unusable(root, error);
  }
}

/**
 * Writes config.xml and users.xml (0600) to a folder of this run (0700). It is not shared with an earlier run: a second
 * start on a folder in use must not change the passwords of the first.
 * @throws EngineStartError when the folder cannot be written
 */
export function writeConfig(
  folders: EngineFolders,
  credentials: EngineCredentials,
  cluster: EngineCluster | null,
): { folder: string; file: string } {
  try {
    const folder = mkdtempSync(join(folders.root, RUN_PREFIX));
    const usersFile = join(folder, 'users.xml');
    const file = join(folder, 'config.xml');
    writeFileSync(usersFile, usersXml(credentials), { mode: 0o600 });
    writeFileSync(file, configXml({ usersFile, logFolder: folders.log, credentials, cluster }), { mode: 0o600 });
    return { folder, file };
  } catch (error) {
    throw unusable(folders.root, error);
  }
}

/** Removes what runs that were killed left behind; called by the holder of the folder's lock, so it is nobody's. */
export function removeStaleConfigs(folders: EngineFolders, own: string, nowMs: number): void {
  for (const name of readdirSync(folders.root)) {
    const folder = join(folders.root, name);
    if (!name.startsWith(RUN_PREFIX) || folder === own) continue;
    const changedMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - changedMs > STALE_CONFIG_MS) removeConfig(folder);
  }
}

/** Removes the configuration of one run. */
export function removeConfig(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function unusable(root: string, error: unknown): EngineStartError {
  const why = error instanceof Error ? error.message : String(error);
  return new EngineStartError(
    `The ClickHouse folder ${root} cannot be written (${why}): mend its permissions or choose another data folder.`,
    { cause: error },
  );
}
