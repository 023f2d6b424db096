// Where a program lies, without running it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts servers there, and leaves it out of the PATH of ordinary users. */
const SERVERS_FOLDER = '/usr/sbin';

export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), SERVERS_FOLDER];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
