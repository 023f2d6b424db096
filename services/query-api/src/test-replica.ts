// For tests of several replicas: the API as a process of its own on a PostgreSQL, and the feed client of an intake that follows it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContractError } from '@sazabi/contract';
import { createdPublicKeySchema } from '@sazabi/contract/schemas';
import { createKeySnapshot, createKeyUsage, generateKey, type KeyFeedClient, startKeyFeedClient } from '@sazabi/keys';
import { chooseFreePort, createLogger } from '@sazabi/lifecycle';
import { expect, vi } from 'vitest';
import { z } from 'zod';

const MAIN = join(import.meta.dirname, 'main.ts');

export interface Replica {
  readonly url: string;
  readonly internalUrl: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  log(): string;
  /** Resolves when it says that it is ready. */
  readonly ready: Promise<void>;
  kill(): Promise<void>;
  /** Ends it, if it still runs, and deletes its folder. */
  remove(): Promise<void>;
}

/** Starts it on free ports; does not wait until it is ready. */
export async function startReplica(databaseUrl: string, more: Readonly<Record<string, string>> = {}): Promise<Replica> {
  const dataDir = mkdtempSync(join(tmpdir(), 'replica-'));
  const [port, internalPort] = [await chooseFreePort('127.0.0.1'), await chooseFreePort('127.0.0.1')];
  const child = fork(MAIN, {
    env: {
      PATH: process.env.PATH,
      SAZABI_DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      API_PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      CLICKHOUSE_URL: 'http://reader:none@127.0.0.1:9/sazabi',
      ...more,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk) => {
    log += chunk;
  });
  const ready = new Promise<void>((resolve, reject) => {
    let why = '';
    child.on('message', (message) => {
      if (Object(message).type === 'ready') resolve();
      // One line for its parent, not in the log.
      else why = Object(message).message;
    });
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${why} ${log}`)));
  });
  ready.catch(() => undefined);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `http://127.0.0.1:${port}`,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    dataDir,
    child,
    log: () => log,
    ready,
    kill,
    async remove() {
      await kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface FollowingIntake {
  readonly client: KeyFeedClient;
  accepts(key: string): boolean;
  /** One use of the key, to be reported. */
  use(keyId: string, address: string, atMs: number): void;
  close(): Promise<void>;
}

/** The part of an intake that follows keys; resolves when it does. */
export async function followReplicas(urls: readonly string[]): Promise<FollowingIntake> {
  const folder = mkdtempSync(join(tmpdir(), 'following-'));
  const snapshot = createKeySnapshot();
  const usage = createKeyUsage();
  const client = await startKeyFeedClient({
    urls,
    token: undefined,
    snapshot,
    snapshotPath: join(folder, 'keys'),
    usage,
    logger: createLogger('test', 'silent'),
    reportIntervalMs: 100,
  });
  await vi.waitFor(() => expect(client.connected()).toBe(true), { timeout: 10_000 });
  return {
    client,
    accepts: (key) => !(snapshot.lookUp(key, Date.now()) instanceof ContractError),
    use: (keyId, address, atMs) => usage.request(keyId, { address, userAgent: 'test' }, atMs),
    async close() {
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const publicKey = generateKey('public', 'live');
const secretKey = generateKey('secret', 'live');

/** The first keys of a test's replicas. */
export const GIVEN_KEYS = { publicKey, secretKey };
export const GIVEN = { BOOTSTRAP_PUBLIC_KEY: publicKey, BOOTSTRAP_SECRET_KEY: secretKey, LOG_LEVEL: 'info' };

/** Several at once, ready when it resolves; with {@link GIVEN_KEYS} unless told otherwise. */
export async function startReplicas(
  count: number,
  url: string,
  given: Readonly<Record<string, string>> = GIVEN,
): Promise<Replica[]> {
  const started = await Promise.all(Array.from({ length: count }, () => startReplica(url, given)));
  await Promise.all(started.map(({ ready }) => ready));
  return started;
}

export async function call(
  replica: Replica,
  method: string,
  path: string,
  body?: object,
  key = secretKey,
): Promise<Response> {
  return await fetch(`${replica.url}${path}`, {
    method,
    headers: {
      'x-sazabi-secret-key': key,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export async function makeKey(replica: Replica) {
  const response = await call(replica, 'POST', '/public-keys', { name: 'of the test', rateLimitPerMinute: null });
  if (response.status !== 201) throw new Error(`answered ${response.status}`);
  return z.object({ data: createdPublicKeySchema }).parse(await response.json()).data;
}

export function pair(list: readonly Replica[]): [Replica, Replica] {
  const [one, two] = list;
  if (one === undefined || two === undefined) throw new Error('There are not two.');
  return [one, two];
}

export async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

export async function statusOf(url: string, key?: string): Promise<number> {
  const options = key === undefined ? {} : { headers: { 'x-sazabi-secret-key': key } };
  return await fetch(url, options).then(
    (response) => response.status,
    () => 0,
  );
}

export async function metric(internalUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${internalUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}
export const connectedIntakes = (internalUrl: string) => metric(internalUrl, 'sazabi_api_connected_intakes');
