// The API as a process: its first start, what later ones remember, kill -9, a stop, and starts that cannot be.
import { type ChildProcess, fork, type Serializable, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createdSecretKeySchema, meSchema } from '@sazabi/contract/schemas';
import { generateKey } from '@sazabi/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeDataDir } from './test-data-dir.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const firstKeysSchema = z.strictObject({ publicKey: z.string(), secretKey: z.string() });
const readySchema = z.object({
  type: z.literal('ready'),
  details: z.strictObject({ url: z.string(), internalUrl: z.string() }),
});

let dataDir: string;
const processes: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(async () => {
  for (const child of processes.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(dataDir, { recursive: true, force: true });
});

function environmentOf(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    SAZABI_DATA_DIR: dataDir,
    API_PORT: '0',
    INTERNAL_PORT: '0',
    CLICKHOUSE_URL: 'http://reader:none@127.0.0.1:9/sazabi',
    ...more,
  };
}

/** Under a parent, as standalone starts it. */
async function startSupervised(more: Readonly<Record<string, string>> = {}) {
  const child = fork(MAIN, { env: environmentOf(more), stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  processes.push(child);
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const message = await new Promise<Serializable>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${log}`)));
  });
  return { child, log: () => log, ...readySchema.parse(message).details };
}

/** Alone; resolves when it has ended. */
async function runAlone(more: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], { env: environmentOf(more), stdio: ['ignore', 'ignore', 'pipe'] });
  processes.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

const keysFile = () => join(dataDir, 'first-keys.json');
const leftKeys = () => firstKeysSchema.parse(JSON.parse(readFileSync(keysFile(), 'utf8')));
const me = (url: string, key: string) => fetch(`${url}/me`, { headers: { 'x-sazabi-secret-key': key } });

describe('the first start', () => {
  it('leaves the first keys in a file for its owner, once, and in no log', async () => {
    const first = await startSupervised({ LOG_LEVEL: 'trace' });
    const keys = leftKeys();
    expect(statSync(keysFile()).mode & 0o777).toBe(0o600);
    expect((await me(first.url, keys.secretKey)).status).toBe(200);
    expect(first.log()).toContain(keysFile());
    for (const key of Object.values(keys)) expect(first.log()).not.toContain(key);
    rmSync(keysFile());
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startSupervised();
    expect(existsSync(keysFile())).toBe(false);
    expect((await me(second.url, keys.secretKey)).status).toBe(200);
  });

  it('has left them even if it fails later: the next start serves them', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const { code } = await runAlone({ API_PORT: String(typeof address === 'object' ? address?.port : '') });
    taken.close();
    expect(code).toBe(1);
    const { url } = await startSupervised();
    expect((await me(url, leftKeys().secretKey)).status).toBe(200);
  });

  it('takes given keys; later they are ignored, and never bring a revoked one back', async () => {
    const given = {
      BOOTSTRAP_PUBLIC_KEY: generateKey('public', 'live'),
      BOOTSTRAP_SECRET_KEY: generateKey('secret', 'live'),
    };
    const first = await startSupervised(given);
    const headers = { 'x-sazabi-secret-key': given.BOOTSTRAP_SECRET_KEY, 'content-type': 'application/json' };
    const mine = z
      .object({ data: meSchema })
      .parse(await (await me(first.url, given.BOOTSTRAP_SECRET_KEY)).json()).data;
    const made = await fetch(`${first.url}/secret-keys`, { method: 'POST', headers, body: '{"name":"another"}' });
    const other = z.object({ data: createdSecretKeySchema }).parse(await made.json()).data;
    const revoked = await fetch(`${first.url}/secret-keys/${mine.key.id}`, {
      method: 'DELETE',
      headers: { 'x-sazabi-secret-key': other.key },
    });
    expect(revoked.status).toBe(204);
    // What was answered is durable.
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startSupervised(given);
    expect((await me(second.url, given.BOOTSTRAP_SECRET_KEY)).status).toBe(401);
    expect((await me(second.url, other.key)).status).toBe(200);
  });
});

describe('a stop', () => {
  it('ends open feeds and idle connections within the deadline, with code 0', async () => {
    const { child, url, internalUrl } = await startSupervised();
    const feed = request(`${internalUrl}/internal/keys`, { method: 'POST' });
    feed.on('error', () => undefined);
    feed.flushHeaders();
    await once(feed, 'response');
    await (await fetch(`${url}/healthz`)).text();
    const startedMs = performance.now();
    child.send({ type: 'stop' });
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe('a start that cannot be', () => {
  it('says in one line which port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    for (const variable of ['API_PORT', 'INTERNAL_PORT']) {
      const { code, stderr } = await runAlone({ [variable]: port, LOG_LEVEL: 'error' });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use: [^\\n]+ set another ${variable}\\.\\n$`),
      );
    }
    taken.close();
  });

  // Which settings are wrong and how it is said: config.test.ts.
  it.each([
    [
      { API_PORT: 'x', CLICKHOUSE_READER_URL: 'nonsense' },
      /^Settings are wrong. .*API_PORT: .*CLICKHOUSE_READER_URL: /,
    ],
    [{ SAZABI_DATA_DIR: '/dev/null/x' }, /^The control store's folder \/dev\/null\/x\/control cannot be used/],
  ])('%j: one line, exit code 1', async (environment, expected) => {
    const { code, stderr } = await runAlone({ LOG_LEVEL: 'error', ...environment } as Record<string, string>);
    expect(code).toBe(1);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
