// A test process that is gone leaves nothing running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { startWatchdog } from './watchdog.ts';

it('ends those that live where others ended by themselves, and deletes the folder behind them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-watchdog-'));
  const [ended, living] = [spawn('sleep', ['0']), spawn('sleep', ['100'])];
  await once(ended, 'exit');
  const exited = once(living, 'exit');
  living.kill('SIGSTOP');
  const watchdog = startWatchdog(folder, 'SIGTERM');
  watchdog.watch([ended.pid ?? 0, living.pid ?? 0]);
  watchdog.end();
  expect(await exited).toEqual([null, 'SIGTERM']);
  await waitFor('the folder is gone', () => !existsSync(folder), 10_000);
});
