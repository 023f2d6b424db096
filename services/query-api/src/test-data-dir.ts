// For this service's integration tests: a data folder of their own.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyControlStore } from '@sazabi/control-db/testing';

/** A new folder for SAZABI_DATA_DIR: the store in it is migrated and empty, so the next start is still the very first. */
export async function makeDataDir(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'query-api-'));
  await copyControlStore(dataDir);
  return dataDir;
}
