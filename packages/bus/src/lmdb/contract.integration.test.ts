// The LMDB bus keeps the contract of every bus.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from '../contract-suite.ts';
import { openBus } from '../open-bus.ts';

describeBusContract('lmdb', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sazabi-bus-'));
  return {
    open: () => openBus(`lmdb:${folder}`),
    remove: () => rm(folder, { recursive: true }),
  };
});
