// What a program keeps of its code, though it never ends in order. The rest of it: packages/cli/src/compiled.test.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-compiled-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (program: string) =>
  spawnSync(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
    env: { NODE_COMPILE_CACHE: folder },
    encoding: 'utf8',
  });

it('a program that is killed has kept its code before, and runs it at the next start', () => {
  expect(run('./fixtures/killed.mjs')).toMatchObject({ signal: 'SIGKILL', stdout: 'loaded\n' });
  // Node's own is a folder named by its version, with a file for each module.
  const [compiled = ''] = readdirSync(folder).filter((name) => name.startsWith(process.version));
  expect(readdirSync(join(folder, compiled)).length).toBeGreaterThan(2);
  const file = join(folder, 'without-types-packages-lifecycle-src-fixtures-killed.mjs.json');
  expect(readFileSync(file, 'utf8')).toContain('loaded');
  const loaded = new URL('./fixtures/loaded.ts', import.meta.url);
  writeFileSync(
    file,
    JSON.stringify({ [loaded.href]: [readFileSync(loaded, 'utf8'), 'process.stdout.write("kept\\n")'] }),
  );
  expect(run('./fixtures/killed.mjs')).toMatchObject({ signal: 'SIGKILL', stdout: 'kept\n' });
});
