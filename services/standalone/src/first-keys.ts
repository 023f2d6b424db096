// The first keys of a new installation, as the API tells them once, and the file that keeps them where nobody watches.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const firstKeysSchema = z.object({ publicKey: z.string(), secretKey: z.string() });
export type FirstKeys = z.infer<typeof firstKeysSchema>;

/** The keys in the API's 'ready' details; null but on the very first start. */
export function firstKeysOf(details: Readonly<Record<string, unknown>>): FirstKeys | null {
  return firstKeysSchema
    .nullable()
    .catch(null)
    .parse(details.firstKeys ?? null);
}

export function firstKeysFile(dataDir: string): string {
  return join(dataDir, 'first-keys.json');
}

/** One key a line, for sed; readable by the owner alone. */
export function writeFirstKeys(dataDir: string, keys: FirstKeys): void {
  const file = firstKeysFile(dataDir);
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(`${file}.new`, file);
}

export function hasFirstKeys(dataDir: string): boolean {
  return existsSync(firstKeysFile(dataDir));
}

export function removeFirstKeys(dataDir: string): void {
  rmSync(firstKeysFile(dataDir), { force: true });
}
