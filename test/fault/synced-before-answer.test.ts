// I1: the kernel's own account of the intake: a sync has ended before the 202 of a lone request is written.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { parseStrace, type StraceCall } from '../support/strace.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const SYNCS = new Set(['fsync', 'fdatasync', 'msync', 'sync_file_range']);
const LONE_REQUESTS = 5;

let system: System;
let client: Client;
let folder: string;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
  folder = mkdtempSync(join(tmpdir(), 'sazabi-strace-'));
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('I1: of each lone request a sync ends before the 202 is written', { timeout: 60_000 }, async () => {
  const file = join(folder, 'trace');
  const attached = await attach(system.pid('intake'), file);
  for (let request = 0; request < LONE_REQUESTS; request++)
    await client.postLogs({ message: `lone request ${request}` }, { headers: { 'x-request-id': `lone-${request}` } });
  attached.kill('SIGINT');
  await once(attached, 'exit');

  const calls = parseStrace(readFileSync(file, 'latin1'));
  const syncs = calls.filter((call) => SYNCS.has(call.name) && call.result === 0);
  for (let request = 0; request < LONE_REQUESTS; request++) {
    const ofRequest = calls.filter((call) => call.text.includes(`lone-${request}`));
    const received = ofRequest.find(isRead) ?? expect.fail('The trace does not show the request.');
    const answered =
      ofRequest.find((call) => call.text.includes('HTTP/1.1 202')) ?? expect.fail('The trace does not show the 202.');
    const between = syncs.filter((sync) => sync.begins > received.ends && sync.ends < answered.begins);
    expect(between.length, `syncs between request ${request} and its answer`).toBeGreaterThan(0);
  }
});

const isRead = (call: StraceCall) => call.name.startsWith('read') || call.name.startsWith('recv');

/** strace on all threads of the process; resolves when it is attached. */
async function attach(pid: number, file: string) {
  const arguments_ = [
    '-f',
    '-s',
    '400',
    '-e',
    'trace=fsync,fdatasync,msync,sync_file_range,read,recvfrom,recvmsg,write,writev,sendto,sendmsg',
    '-o',
    file,
    '-p',
    String(pid),
  ];
  const child = spawn('strace', arguments_, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.once('error', () => {
    stderr =
      'strace is missing: install it (apt-get install strace); this test proves durability by it and is never skipped.';
  });
  await waitFor(
    'strace is attached',
    () => {
      if (child.pid === undefined || child.exitCode !== null) throw new Error(stderr);
      return stderr.includes('attached');
    },
    5_000,
  ).catch((error: unknown) => {
    throw new Error(`strace could not be attached: ${stderr}`, { cause: error });
  });
  return child;
}
