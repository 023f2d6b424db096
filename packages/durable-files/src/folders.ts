// Making a folder, and syncing the names in one.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes the folder and those above it where they are missing; only those get the mode. Another process may make them at the
 * same time. Not mkdir's own `recursive`: below a folder like /proc, where mkdir says ENOENT, Node 22 tries again for ever.
 * @throws the system's error of the first folder that cannot be made
 */
export function makeFolder(path: string, mode: number): void {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (!existsSync(parent)) makeFolder(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Syncs the names in the folder: a file's own sync keeps its content, not that it is there under its name. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
