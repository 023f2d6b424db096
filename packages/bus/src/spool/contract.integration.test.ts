// A bus with a spool in front keeps the contract of every bus.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from '../contract-suite.ts';
import { openBus } from '../open-bus.ts';
import { withSpool } from './spool.ts';

describeBusContract('spool before lmdb', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sazabi-spool-'));
  return {
    open: () =>
      withSpool(openBus(`lmdb:${folder}/bus`), { folder: join(folder, 'spool'), bytesMax: 256 * 1024 * 1024 }),
    remove: () => rm(folder, { recursive: true }),
  };
});
