// What a program keeps of its code, though it never ends in order. The rest of it: packages/cli/src/compiled.test.ts.
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  spawnSync(process.execPath, [program], { env: { NODE_COMPILE_CACHE: folder }, encoding: 'utf8' });

it('a program that is killed has kept its code before, and runs it at the next start', () => {
  const killed = fileURLToPath(new URL('./fixtures/killed.mjs', import.meta.url));
  expect(run(killed)).toMatchObject({ signal: 'SIGKILL', stdout: 'loaded\n' });
  // Node's own is a folder named by its version, with a file for each module.
  const [compiled = ''] = readdirSync(folder).filter((name) => name.startsWith(process.version));
  expect(readdirSync(join(folder, compiled)).length).toBeGreaterThan(2);
  const file = join(folder, 'without-types-packages-lifecycle-src-fixtures-killed.mjs.json');
  expect(readFileSync(file, 'utf8')).toContain('loaded');
  const loaded = new URL('./fixtures/loaded.ts', import.meta.url);
  const ofSource = hash('sha256', readFileSync(loaded, 'utf8'));
  writeFileSync(file, JSON.stringify({ [loaded.href]: [ofSource, 'process.stdout.write("kept\\n")'] }));
  expect(run(killed)).toMatchObject({ signal: 'SIGKILL', stdout: 'kept\n' });
});

/** A tree like ours with this code, whose `node_modules` is a file: nothing can be kept. */
function programOf(code: string): string {
  const source = join(folder, 'packages/lifecycle/src');
  mkdirSync(source, { recursive: true });
  cpSync(fileURLToPath(new URL('./compiled.mjs', import.meta.url)), join(source, 'compiled.mjs'));
  writeFileSync(join(folder, 'node_modules'), '');
  writeFileSync(join(source, 'code.ts'), code);
  const program = join(source, 'program.mjs');
  writeFileSync(
    program,
    `import { keepCompiled } from './compiled.mjs';\nawait import('./code.ts');\nkeepCompiled();\nconsole.log('goes on');\n`,
  );
  return program;
}

it('a start goes on where nothing can be kept', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [programOf('export const text: string = "";')], {
    env: {},
    encoding: 'utf8',
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'goes on\n', stderr: '', status: 0 });
});

it('an error in the code names its file and line', () => {
  expect(run(programOf('\nconst a: = 1;\n')).stderr).toMatch(/code\.ts:2\b/);
});
