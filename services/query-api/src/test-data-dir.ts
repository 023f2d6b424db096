// For this service's integration tests: a data folder whose control store is made already, as making one costs 3 CPU-s.
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openControlDb } from '@sazabi/control-db';

const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache');

/** A new folder for SAZABI_DATA_DIR: the store in it is migrated and empty, so the next start is still the very first. */
export async function makeDataDir(): Promise<string> {
  const template = await controlTemplate();
  const dataDir = mkdtempSync(join(tmpdir(), 'query-api-'));
  cpSync(template, join(dataDir, 'control'), { recursive: true });
  return dataDir;
}

/** Made once for a version of the store and its migrations; test files that make it at once get in nobody's way. */
async function controlTemplate(): Promise<string> {
  const sources = dirname(fileURLToPath(import.meta.resolve('@sazabi/control-db')));
  const migrations = readdirSync(join(sources, 'migrations')).map((name) => join(sources, 'migrations', name));
  const version = createHash('sha256');
  for (const file of [join(sources, '..', 'package.json'), ...migrations]) version.update(readFileSync(file));
  const template = join(CACHE, `control-store-${version.digest('hex').slice(0, 16)}`);
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
