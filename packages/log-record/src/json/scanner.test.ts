// The compiled scanner is what its source says.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

it('is compiled from assembly/ (after a change: pnpm run build:scanner)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scanner-'));
  try {
    const outFile = join(folder, 'scanner.wasm');
    const args = [compiler, '--config', 'assembly/asconfig.json', '--outFile', outFile];
    await promisify(execFile)(process.execPath, args, { cwd: packageFolder });
    const [compiled, committed] = await Promise.all([
      readFile(outFile),
      readFile(new URL('./scanner.wasm', import.meta.url)),
    ]);
    expect(committed.equals(compiled)).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
