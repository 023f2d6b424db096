// I10: without a parent process a stop is by SIGTERM or Ctrl-C, and ends all in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyControlStore } from '@sazabi/control-db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupIsAlive } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';

const STANDALONE = fileURLToPath(import.meta.resolve('@sazabi/standalone/main'));

describe('without a parent', () => {
  let folder: string;
  let child: ChildProcess;
  /** Of all starts: one that was too late for its test is there when the next one begins. */
  const groups: number[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sazabi-stop-'));
    await copyControlStore(folder);
  });
  afterAll(() => {
    for (const group of groups) if (groupIsAlive(group)) process.kill(-group, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** As a shell starts it: a process group of its own, no IPC. */
  async function start(): Promise<void> {
    const ports = {
      INTAKE_PORT: '0',
      INTAKE_INTERNAL_PORT: '0',
      API_PORT: '0',
      INTERNAL_PORT: '0',
      CONSUMER_INTERNAL_PORT: '0',
    };
    child = spawn(process.execPath, [STANDALONE], {
      env: { PATH: process.env.PATH ?? '', SAZABI_DATA_DIR: folder, ...ports },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) groups.push(child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    await waitFor('it runs', () => output.includes('Sazabi is running'), 55_000).catch((error: unknown) => {
      throw new Error(output, { cause: error });
    });
  }

  const endOf = async (): Promise<number | null> => {
    const [code] = await once(child, 'exit');
    expect(groupIsAlive(child.pid ?? 0)).toBe(false);
    return code;
  };

  it('SIGTERM to the supervisor stops all in order', { timeout: 90_000 }, async () => {
    await start();
    const ended = endOf();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('Ctrl-C, which the whole group gets, stops all in order', { timeout: 90_000 }, async () => {
    await start();
    const ended = endOf();
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toBe(0);
  });
});
