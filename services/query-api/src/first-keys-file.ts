// The first keys of an API that runs alone go to a file: nobody else is told them, and logs must not hold them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstKeys } from '@sazabi/control-db';
import { makeFolder } from '@sazabi/durable-files';

/** Writes `<data>/first-keys.json`, readable by its owner alone. Gives its path. */
export function writeFirstKeys(dataDir: string, keys: FirstKeys): string {
  makeFolder(dataDir, 0o700);
  const path = join(dataDir, 'first-keys.json');
  writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  return path;
}
