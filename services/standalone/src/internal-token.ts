// <data>/internal-token: what this run's internal ports are asked with, for `sazabi admin` on the same machine.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function internalTokenFile(dataDir: string): string {
  return join(dataDir, 'internal-token');
}

/** Puts the token of this run in the place of the last one's, readable by its owner alone. */
export function writeInternalToken(dataDir: string, token: string): void {
  const file = internalTokenFile(dataDir);
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(`${file}.new`, file);
}
