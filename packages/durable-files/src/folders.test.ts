import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, syncFolder } from './folders.ts';

const DEADLINE_MS = 30_000;
/** Makes a folder in a process of its own: a call that never returns could not be timed out in this one. */
const MAKE_IN_CHILD = `
  const { makeFolder } = await import(${JSON.stringify(new URL('./folders.ts', import.meta.url).href)});
  try { makeFolder(process.argv[1], 0o700); } catch (error) { console.log(error.code); }
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sazabi-durable-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing with the mode, and leaves what is there', () => {
    const path = join(root, 'a', 'b');
    makeFolder(path, 0o700);
    makeFolder(path, 0o755);
    for (const made of [path, join(root, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform !== 'linux')('fails at once below a folder that takes none (/proc)', () => {
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', MAKE_IN_CHILD, '/proc/none/here'], {
      encoding: 'utf8',
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    expect(child).toMatchObject({ signal: null, stdout: 'ENOENT\n' });
  });

  it('says when a file is in the way', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(file, 0o700)).toThrow(/EEXIST/);
    expect(() => makeFolder(join(file, 'below'), 0o700)).toThrow(/ENOTDIR/);
  });
});

describe('syncFolder', () => {
  it('syncs a folder, and fails for one that is not there', async () => {
    await syncFolder(root);
    await expect(syncFolder(join(root, 'none'))).rejects.toThrow(/ENOENT/);
  });
});
