// Ten thousand mutated requests against the intake as a process: every answer is of the contract, it does not die, and it
// does not grow. From a seed that is printed; MUTATION_SEED and MUTATION_COUNT set seed and number.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeySnapshot, createSnapshotFile, generateKey, hashKey } from '@sazabi/keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MutationKeys, mutatedRequest } from './testing/mutated-request.ts';
import { exchange } from './testing/raw-client.ts';
import { createSeededRandom } from './testing/seeded-random.ts';

const SEED = Number(process.env.MUTATION_SEED ?? randomBytes(4).readUInt32LE());
const COUNT = Number(process.env.MUTATION_COUNT ?? 10_000);
const ROUNDS = 3;
const CLIENTS = 16;
const GROWTH_MAX = 1.1;

let dataDir: string;
let child: ChildProcess;
let port: number;
let keys: MutationKeys;
let errors = '';
let exited: number | string | null = null;

/** Keys as the intake finds them on disk when the API is not there. */
async function writeKeys(path: string): Promise<MutationKeys> {
  const valid = generateKey('public', 'live');
  const revoked = generateKey('public', 'test');
  const limited = generateKey('public', 'live');
  const entryOf = (key: string, changes: object) => ({
    hash: hashKey(key),
    keyId: randomUUID(),
    projectId: randomUUID(),
    organizationId: randomUUID(),
    mode: 'live' as const,
    rateLimitPerMinute: null,
    allowedOrigins: [],
    environment: null,
    expiresAtMs: null,
    revokedAtMs: null,
    retentionDays: 30,
    quota: null,
    ...changes,
  });
  const snapshot = createKeySnapshot();
  const entries = [
    entryOf(valid, {}),
    entryOf(revoked, { revokedAtMs: 1 }),
    entryOf(limited, { rateLimitPerMinute: 5 }),
  ];
  snapshot.replace({ epoch: randomUUID(), seq: 1, receiptSecret: randomBytes(32), entries });
  const file = createSnapshotFile(path, snapshot, { info: () => undefined, warn: () => undefined });
  file.changed();
  await file.flush();
  const others = [
    revoked,
    limited,
    generateKey('public', 'live'),
    generateKey('secret', 'live'),
    `${valid}x`,
    `"${valid}"`,
    'pk_live_',
    'ü',
  ] as const;
  return { valid, others };
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sazabi-mutated-'));
  keys = await writeKeys(join(dataDir, 'intake', 'keys'));
  child = fork(join(import.meta.dirname, 'main.ts'), {
    execArgv: ['--expose-gc', '--import', join(import.meta.dirname, 'testing', 'memory-probe.ts')],
    env: {
      PATH: process.env.PATH,
      INTAKE_PORT: '0',
      INTAKE_INTERNAL_PORT: '0',
      SAZABI_DATA_DIR: dataDir,
      KEY_FEED_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.on('exit', (code, signal) => {
    exited = signal ?? code;
  });
  const [ready] = (await once(child, 'message')) as [{ details: { url: string } }];
  port = Number(new URL(ready.details.url).port);
});
afterAll(async () => {
  if (exited === null) {
    child.send({ type: 'stop' });
    await once(child, 'exit');
  }
  rmSync(dataDir, { recursive: true, force: true });
});

async function rssBytes(): Promise<number> {
  child.send('memory');
  const [answer] = (await once(child, 'message')) as [{ rssBytes: number }];
  return answer.rssBytes;
}

/** One round: the same number of requests of the same kinds each time, over many connections at once. */
async function round(seed: number, count: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let sent = 0;
  const client = async () => {
    for (let index = sent++; index < count; index = sent++) {
      // Each request has a seed of its own, so that one alone can be made again.
      const requestSeed = (seed + index * 2_654_435_761) >>> 0;
      const exchanged = await exchange(port, mutatedRequest(createSeededRandom(requestSeed), keys));
      if (exchanged.problem !== null) throw new Error(`request ${requestSeed}: ${exchanged.problem}`);
      for (const status of exchanged.statuses) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return statuses;
}

describe('I9: mutated requests', () => {
  it('every answer is of the contract, nobody dies, nothing grows', async () => {
    process.stdout.write(`mutated requests: MUTATION_SEED=${SEED} MUTATION_COUNT=${COUNT}\n`);
    const perRound = Math.ceil(COUNT / ROUNDS);
    // The allocator's pools reach their size in the first few thousand.
    await round(SEED, 2 * perRound);
    const rss: number[] = [];
    const statuses: string[] = [];
    for (let index = 0; index < ROUNDS; index += 1) {
      const counts = await round(SEED + index * 1_000_003, perRound);
      statuses.push(JSON.stringify([...counts].sort(([a], [b]) => a - b)));
      rss.push(await rssBytes());
    }
    process.stdout.write(
      `mutated requests: ${statuses.join(' ')}, RSS MB ${rss.map((bytes) => Math.round(bytes / 1e6))}\n`,
    );
    expect(exited).toBeNull();
    expect(errors).toBe('');
    expect(rss[2]).toBeLessThan((rss[0] ?? 0) * GROWTH_MAX);
  }, 300_000);
});
