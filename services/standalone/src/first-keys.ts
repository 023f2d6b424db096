// The first keys of a new installation: the API leaves them in a file; on a terminal they are shown once and the file goes.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const firstKeysSchema = z.object({ publicKey: z.string(), secretKey: z.string() });
export type FirstKeys = z.infer<typeof firstKeysSchema>;

export function firstKeysFile(dataDir: string): string {
  return join(dataDir, 'first-keys.json');
}

/** The keys that were left and not shown yet, by this start or one that was cut off; null where there are none. */
export function readFirstKeys(dataDir: string): FirstKeys | null {
  const file = firstKeysFile(dataDir);
  return existsSync(file) ? firstKeysSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
}

export function removeFirstKeys(dataDir: string): void {
  rmSync(firstKeysFile(dataDir), { force: true });
}
