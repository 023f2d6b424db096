// The data folder belongs to one supervisor, and a killed one leaves neither a stale lock nor processes in the way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, StartupError } from '@sazabi/lifecycle';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDataFolder } from './data-folder.ts';
import { createProcessTable, readProcessTable, untilPredecessorIsGone } from './process-table.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sazabi-folder-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const HOLDER = `
  const { takeDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)});
  await takeDataFolder(process.argv[1]);
  console.log('held');
  setInterval(() => undefined, 1000);
`;

describe('the lock', () => {
  it('is refused to a second process in one line, and free again right after a kill -9 of the first', async () => {
    const path = join(root, 'a', 'b');
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    holder.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await once(holder.stdout, 'data');
    await expect(takeDataFolder(path)).rejects.toThrow(
      /^Another Sazabi is running on the data folder .*: stop it, or set/,
    );
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(stderr).toBe('');
    await (await takeDataFolder(path)).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is given back by release', async () => {
    const first = await takeDataFolder(root);
    await first.release();
    await (await takeDataFolder(root)).release();
  });

  it('says what to do where the folder is a file', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(takeDataFolder(file)).rejects.toThrow(StartupError);
    if (process.platform === 'linux')
      await expect(takeDataFolder('/proc/none/here')).rejects.toThrow(/cannot be used \(ENOENT\)/);
    await expect(takeDataFolder(join(file, 'below'))).rejects.toThrow(
      /cannot be used \(ENOTDIR\): mend its permissions/,
    );
  });
});

describe('the processes of a killed predecessor', () => {
  const quiet = createLogger('test', 'silent');
  const never = new AbortController().signal;

  it('are waited for', async () => {
    const left = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 300)']);
    createProcessTable(root).set('intake', left.pid ?? 0);
    const lines: string[] = [];
    await untilPredecessorIsGone(root, createLogger('test', 'warn', { write: (line) => lines.push(line) }), never);
    // It may be gone before Node has told so.
    await expect.poll(() => left.exitCode).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`Waiting for the last run's processes to end: intake (pid ${left.pid}).`);
  });

  it('are not confused with a process that has a pid of theirs by now', async () => {
    writeFileSync(join(root, 'processes.json'), JSON.stringify([{ name: 'intake', pid: process.pid, began: '1' }]));
    const startedMs = performance.now();
    await untilPredecessorIsGone(root, quiet, never);
    expect(performance.now() - startedMs).toBeLessThan(200);
  });

  it('are waited for only so long', async () => {
    createProcessTable(root).set('engine', process.pid);
    const lines: string[] = [];
    await untilPredecessorIsGone(root, createLogger('test', 'warn', { write: (line) => lines.push(line) }), never, 100);
    expect(lines.at(-1)).toContain('Still there from the last run: engine');
  });

  it('are unknown where the table is missing, cut short, or removed by an ordinary end', () => {
    expect(readProcessTable(root)).toEqual([]);
    writeFileSync(join(root, 'processes.json'), '[{"name": "inta');
    expect(readProcessTable(root)).toEqual([]);
    const table = createProcessTable(root);
    table.set('engine', process.pid);
    expect(readProcessTable(root)).toMatchObject([{ name: 'engine', pid: process.pid }]);
    table.remove();
    expect(readProcessTable(root)).toEqual([]);
  });
});
