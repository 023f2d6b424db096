// Two starts on the same data folder or the same ports: the second says why in one line and exits 1; the first goes on.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyControlStore } from '@sazabi/control-db/testing';
import { chooseFreePort } from '@sazabi/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';

const STANDALONE = fileURLToPath(import.meta.resolve('@sazabi/standalone/main'));
const PORTS = ['INTAKE_PORT', 'INTAKE_INTERNAL_PORT', 'API_PORT', 'INTERNAL_PORT', 'CONSUMER_INTERNAL_PORT'] as const;
/** A start that fails at its last part has started all others first. */
const START_MS_MAX = 60_000;

const seconds: ChildProcess[] = [];
let system: System;
let folder: string;
beforeAll(async () => {
  system = await startSystem();
  folder = mkdtempSync(join(tmpdir(), 'sazabi-second-'));
  await copyControlStore(folder);
});
afterAll(async () => {
  // One that was not refused, or is still at it when its test has timed out.
  for (const child of seconds) child.kill('SIGTERM');
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a second one as a shell does, and waits for its end. */
function startSecond(environment: Readonly<Record<string, string>>): Promise<{ code: number | null; lines: string[] }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [STANDALONE], {
      env: { ...system.environment, LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    seconds.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    child.once('close', (code) => resolve({ code, lines: output.trimEnd().split('\n') }));
  });
}

async function otherPorts(): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(PORTS.map(async (name) => [name, String(await chooseFreePort('127.0.0.1'))] as const)),
  );
}

async function firstGoesOn(): Promise<void> {
  expect(await createClient(system).postLogs({ message: 'still here' })).toMatchObject({ accepted: 1 });
}

describe('a second start', () => {
  it('on the same data folder says so in one line and exits 1', async () => {
    const { code, lines } = await startSecond(await otherPorts());
    expect(lines).toEqual([
      expect.stringMatching(/^Another Sazabi is running on the data folder .*: stop it, or set SAZABI_DATA_DIR/),
    ]);
    expect(code).toBe(1);
    await firstGoesOn();
  });

  for (const name of PORTS) {
    it(`on the same ${name} says so in one line and exits 1`, { timeout: START_MS_MAX }, async () => {
      const ports = { ...(await otherPorts()), [name]: system.environment[name] ?? '' };
      const { code, lines } = await startSecond({ SAZABI_DATA_DIR: folder, ...ports });
      expect(lines).toEqual([
        expect.stringMatching(new RegExp(`Port ${ports[name]} on 127.0.0.1 .*: stop what listens there`)),
      ]);
      expect(code).toBe(1);
      await firstGoesOn();
    });
  }

  it('with wrong settings names them all in one line and exits 1', async () => {
    const { code, lines } = await startSecond({
      SAZABI_DATA_DIR: folder,
      API_PORT: 'four',
      LOG_LEVEL: 'loud',
    });
    expect(lines).toEqual([expect.stringMatching(/^Settings are wrong\. LOG_LEVEL: .*; API_PORT: /)]);
    expect(code).toBe(1);
  });

  it('with a wrong setting of one part shows the line of that part and exits 1', {
    timeout: START_MS_MAX,
  }, async () => {
    const { code, lines } = await startSecond({
      SAZABI_DATA_DIR: join(folder, 'never-started'),
      ...(await otherPorts()),
      BOOTSTRAP_PUBLIC_KEY: 'pk_live_nonsense',
    });
    expect(lines).toEqual([expect.stringContaining('BOOTSTRAP_PUBLIC_KEY')]);
    expect(code).toBe(1);
  });
});
