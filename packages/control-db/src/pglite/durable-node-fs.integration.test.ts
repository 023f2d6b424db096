// That a commit is on the disk and not in the page cache alone: PGlite never syncs unless it is made to.
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { dataDir as preparedFiles } from '@electric-sql/pglite-prepopulatedfs';
import { expect, it } from 'vitest';
import { DURABLE_START_PARAMS, durableNodeFs } from './durable-node-fs.ts';

it('syncs the write-ahead log at every commit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'durable-'));
  const { fsyncSync } = fs;
  let syncs = 0;
  fs.fsyncSync = (descriptor) => {
    syncs += 1;
    fsyncSync(descriptor);
  };
  syncBuiltinESMExports();
  try {
    const pglite = await PGlite.create({
      loadDataDir: await preparedFiles(),
      fs: durableNodeFs(join(folder, 'db')),
      startParams: DURABLE_START_PARAMS,
    });
    await pglite.exec('CREATE TABLE t (n integer)');
    for (let n = 0; n < 10; n += 1) {
      const before = syncs;
      await pglite.query('INSERT INTO t VALUES ($1)', [n]);
      expect(syncs).toBeGreaterThan(before);
    }
    await pglite.close();
  } finally {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
    rmSync(folder, { recursive: true, force: true });
  }
});
