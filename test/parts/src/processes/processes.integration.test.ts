// Servers that are processes go with the test process, however it goes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { livingOf } from './process-tree.ts';

const OWNER = join(import.meta.dirname, '..', 'testing', 'owner.ts');
const GONE_MS = 30_000;

it('goes with a test process that is killed, even while it is paused, and takes its data along', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-owner-'));
  // PostgreSQL's user must be able to enter it.
  chmodSync(folder, 0o711);
  const owner = spawn(process.execPath, [OWNER], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(owner, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: owner.stdout }), 'line'),
    exited.then(() => Promise.reject(new Error('The owner of the server ended by itself.'))),
  ]);
  const pids = JSON.parse(line);
  // Not all of them: that of the last connection may have been on its way out.
  expect(livingOf(pids).length).toBeGreaterThan(1);
  expect(readdirSync(folder)).toHaveLength(1);
  owner.kill('SIGKILL');
  await exited;
  const gone = () => livingOf(pids).length === 0 && readdirSync(folder).length === 0;
  await waitFor('its server and its data are gone', gone, GONE_MS);
  rmSync(folder, { recursive: true });
});
