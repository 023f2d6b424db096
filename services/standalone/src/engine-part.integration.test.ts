// The embedded engine as a part: what it sets aside before a start is told with the start.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { enginePart } from './engine-part.ts';

it('tells what the engine set aside at this start', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sazabi-engine-part-'));
  const table = join(dataDir, 'data', 'store', 'abc', 'abcdef');
  mkdirSync(table, { recursive: true });
  const empty = join(table, 'mutation_1.txt');
  writeFileSync(empty, '');
  const part = enginePart({ dataDir });
  const running = await part.start({ stopping: new AbortController().signal, spawned: () => undefined });
  try {
    expect(running.setAside).toEqual([empty]);
  } finally {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
