// The first keys go to a file, before they are made for good: nobody else is told them, and logs must not hold them.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstKeys } from '@sazabi/control-db';
import { makeFolder, syncFolder } from '@sazabi/durable-files';

/** Where a person, or standalone on a terminal, finds them. */
export function firstKeysPath(dataDir: string): string {
  return join(dataDir, 'first-keys.json');
}

/** Writes `<data>/first-keys.json`, one key a line, readable by its owner alone; on the disk when it resolves. */
export async function writeFirstKeys(dataDir: string, keys: FirstKeys): Promise<void> {
  makeFolder(dataDir, 0o700);
  const path = firstKeysPath(dataDir);
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(`${path}.new`, path);
  await syncFolder(dataDir);
}
