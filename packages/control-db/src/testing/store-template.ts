// For tests that start services: a control store that is made already, as making one costs 3 CPU-seconds.
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openControlDb } from '../open-control-db.ts';

const PACKAGE = join(import.meta.dirname, '..', '..');
const CACHE = join(PACKAGE, 'node_modules', '.cache');

/** Puts a store into `<dataDir>/control` that is migrated and empty, so the next start is still the very first. */
export async function copyControlStore(dataDir: string): Promise<void> {
  cpSync(await storeTemplate(), join(dataDir, 'control'), { recursive: true });
}

/** Made once for a version of the store and its migrations; test files that make it at once get in nobody's way. */
async function storeTemplate(): Promise<string> {
  const folder = join(PACKAGE, 'src', 'migrations');
  const migrations = readdirSync(folder).map((name) => join(folder, name));
  const version = createHash('sha256');
  for (const file of [join(PACKAGE, 'package.json'), ...migrations]) version.update(readFileSync(file));
  const template = join(CACHE, `store-${version.digest('hex').slice(0, 16)}`);
  if (existsSync(template)) return template;
  mkdirSync(CACHE, { recursive: true });
  const draft = `${template}.${randomUUID()}`;
  await (await openControlDb(`pglite:${draft}`)).close();
  try {
    renameSync(draft, template);
  } catch {
    // Another test file was first.
    rmSync(draft, { recursive: true, force: true });
  }
  return template;
}
