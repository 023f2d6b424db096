import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is had by one at a time, and by the next once released', async () => {
  const first = await lockFolder(folder, 'store');
  expect(first).not.toBeNull();
  expect(await lockFolder(folder, 'store')).toBeNull();
  expect(await lockFolder(folder, 'another')).not.toBeNull();
  await first?.release();
  expect(await lockFolder(folder, 'store')).not.toBeNull();
});

it('waits for a holder that goes', async () => {
  const first = await lockFolder(folder, 'store');
  const second = lockFolder(folder, 'store', 10_000);
  await first?.release();
  expect(await second).not.toBeNull();
});

it('of many that start at once never more than one has it, and one gets it', async () => {
  const locks = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder, 'store', 300)));
  expect(locks.filter((lock) => lock !== null).length).toBe(1);
});

it('outlives no kill -9, and leaves no rubbish behind the next holder', async () => {
  const source = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))};
    await lockFolder(${JSON.stringify(folder)}, 'store'); process.stdout.write('held'); setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(await lockFolder(folder, 'store')).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await lockFolder(folder, 'store')).not.toBeNull();
  expect(readdirSync(folder)).toHaveLength(1);
});

it('works in a folder whose path is too long for a socket', async () => {
  const long = join(folder, 'x'.repeat(120));
  mkdirSync(long);
  const lock = await lockFolder(long, 'store');
  expect(lock).not.toBeNull();
  expect(await lockFolder(long, 'store')).toBeNull();
  await lock?.release();
});
