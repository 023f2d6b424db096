// A measurement that a signal ends leaves neither processes nor its temporary folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const UP_DEADLINE_MS = 55_000;
const GONE_DEADLINE_MS = 15_000;

const processesSchema = z.array(z.object({ name: z.string(), pid: z.number() }));
let temporary = '';
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** A command of this folder whose temporary folders are in one of the test. */
function start(command: string, options: readonly string[]) {
  temporary = mkdtempSync(join(tmpdir(), 'ended-early-'));
  const script = fileURLToPath(import.meta.resolve(command));
  return spawn(process.execPath, [script, ...options], { env: { ...process.env, TMPDIR: temporary }, stdio: 'ignore' });
}

const made = (prefix: string) => readdirSync(temporary).filter((name) => name.startsWith(prefix));

async function isGone(prefix: string, pids: readonly number[]): Promise<void> {
  await waitFor('no process is left', () => !pids.some(isAlive), GONE_DEADLINE_MS);
  await waitFor('the folder is gone', () => made(prefix).length === 0, GONE_DEADLINE_MS);
}

it('of a whole system', { timeout: 90_000 }, async () => {
  const child = start('./idle.ts', ['--seconds', '600']);
  const pids = await waitFor(
    'the intake is started',
    () => {
      const [name = ''] = made('sazabi-system-');
      const file = join(temporary, name, 'processes.json');
      const started = existsSync(file) ? processesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
      return started.some(({ name: of }) => of === 'intake') ? started.map(({ pid }) => pid) : null;
    },
    UP_DEADLINE_MS,
  );
  expect(pids.length).toBeGreaterThan(3);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGTERM']);
  await isGone('sazabi-system-', pids);
});

it('of an intake alone', { timeout: 90_000 }, async () => {
  const child = start('./overload/overload.ts', ['--refusals', '--rounds', '1000']);
  await waitFor(
    'both intakes have files',
    () => {
      const folders = made('sazabi-overload-');
      return folders.length === 2 && folders.every((name) => readdirSync(join(temporary, name)).length > 0);
    },
    UP_DEADLINE_MS,
  );
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  await isGone('sazabi-overload-', []);
});
