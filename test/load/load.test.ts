// `sazabi load` against the real system: its figures, its keys, and that --verify tells a lost log from a doubled one.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runSazabi, startSazabi } from '@sazabi/cli/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createClient } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const BATCH = 50;
const QUICK = ['--batch', String(BATCH), '--connections', '4', '--warm-up', '0s', '--settle', '0s', '--json'];

const latencySchema = z.looseObject({ count: z.number(), p50: z.number(), p99: z.number(), max: z.number() });
const reportSchema = z.looseObject({
  logs: z.number(),
  requests: z.number(),
  errors: z.array(z.unknown()),
  latency: latencySchema,
  freshness: z.looseObject({ latency: latencySchema, probes: z.number(), notFound: z.number() }).nullable(),
  processes: z.array(z.looseObject({ name: z.string(), cpuSeconds: z.number(), residentMib: z.number() })),
  verification: z.looseObject({ missing: z.number(), doubled: z.number(), rows: z.number(), unknown: z.number() }),
});

let system: System;
const servers: Server[] = [];
beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await system.stop();
});

const environmentOf = (intakeUrl: string) => ({
  SAZABI_INTAKE_URL: intakeUrl,
  SAZABI_API_URL: system.apiUrl,
  SAZABI_SECRET_KEY: system.secretKey,
  SAZABI_DATA_DIR: system.dataDir,
});

async function load(flags: readonly string[], intakeUrl = system.intakeUrl) {
  const { code, stdout, stderr } = await runSazabi(['load', ...QUICK, ...flags], {
    environment: environmentOf(intakeUrl),
  });
  return { code, stderr, report: reportSchema.safeParse(JSON.parse(stdout || 'null')).data };
}

it('sends what it is asked for, finds it again, and tells what it cost', async () => {
  const { code, stderr, report } = await load(['--logs', '3000', '--verify', '--keys', '3', '--gzip']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(report).toMatchObject({
    logs: 3000,
    requests: 60,
    errors: [],
    latency: { count: 60 },
    verification: { rows: 3000, missing: 0, doubled: 0, unknown: 0 },
  });
  expect(report?.freshness?.latency.count).toBeGreaterThanOrEqual(1);
  expect(report?.freshness?.notFound).toBe(0);
  const names = ['sazabi load', 'standalone', 'engine', 'query-api', 'consumer', 'intake'];
  expect(report?.processes.map(({ name }) => name).sort()).toEqual(names.sort());
  for (const { residentMib } of report?.processes ?? []) expect(residentMib).toBeGreaterThan(10);
  const keys = await keysOfLoads();
  // Three public ones, and the one that asked.
  expect(keys).toHaveLength(4);
  for (const { revokedAt } of keys) expect(revokedAt).not.toBeNull();
});

async function storedLogs(): Promise<number> {
  const answer = await createClient(system).api('POST', '/logs/volume', { from: '-1h', interval: '1h' });
  return z.object({ data: z.object({ total: z.number() }) }).parse(await answer.json()).data.total;
}

type KeyType = 'public-keys' | 'secret-keys';

async function keysOfLoads(types: readonly KeyType[] = ['public-keys', 'secret-keys']) {
  const client = createClient(system);
  const keySchema = z.object({
    data: z.array(z.looseObject({ id: z.string(), name: z.string(), revokedAt: z.string().nullable() })),
  });
  const lists = await Promise.all(
    types.map(async (type) => {
      const answer = await client.api('GET', `/${type}?limit=100`);
      return keySchema.parse(await answer.json()).data;
    }),
  );
  return lists.flat().filter(({ name }) => name === 'sazabi load');
}

it('the largest log that it makes is one that the intake takes', async () => {
  const { code, report } = await load([
    '--log-size',
    '262144',
    '--batch',
    '10',
    '--logs',
    '40',
    '--probes',
    '0',
    '--verify',
  ]);
  expect(code).toBe(0);
  expect(report).toMatchObject({ logs: 40, errors: [], verification: { rows: 40, missing: 0, doubled: 0 } });
});

it('Ctrl-C ends it with the report of what ran, and its keys are revoked', async () => {
  const child = startSazabi(['load', ...QUICK, '--rate', '500', '--probes', '0'], environmentOf(system.intakeUrl));
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const before = await storedLogs();
  await waitFor('something was stored', async () => (await storedLogs()) > before, 30_000);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ stopped: true, errors: [] });
  expect(report.logs).toBeGreaterThan(0);
  for (const { revokedAt } of await keysOfLoads()) expect(revokedAt).not.toBeNull();
});

it('whose keys somebody else revokes says whose they were, and leaves none', async () => {
  const running = load(['--rate', '500', '--duration', '4s', '--probes', '0', '--verify', '--verify-for', '1s']);
  const inForce = async (type: KeyType) => (await keysOfLoads([type])).find(({ revokedAt }) => revokedAt === null);
  await waitFor('it has its keys', async () => (await inForce('public-keys')) !== undefined, 30_000);
  const asking = await inForce('secret-keys');
  await createClient(system).revokeKey('secret-keys', asking?.id ?? '');
  const { code, stderr } = await running;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^Not verified: .*API_KEY_REVOKED.*\n {2}The key is sk_live_sz_.{4}…, from this run, which made it\.$/m,
  );
  expect(stderr).not.toContain('could be revoked');
  for (const { revokedAt } of await keysOfLoads()) expect(revokedAt).not.toBeNull();
});

it('at the API’s address sends no logs', async () => {
  const { code, stderr } = await load(['--logs', '3000'], system.apiUrl);
  expect(code).toBe(1);
  expect(stderr).toContain('Is SAZABI_INTAKE_URL the address of the intake?');
});

it('--verify tells what an intake lost although it acknowledged it, and what it stored twice', async () => {
  const { url, lost, doubled } = await startLyingIntake();
  const { code, report } = await load(['--logs', '2000', '--verify', '--verify-for', '2s', '--probes', '0'], url);
  expect(lost()).toBeGreaterThan(0);
  expect(lost()).toBe(doubled());
  // As many rows as were acknowledged: a count alone would say that all is well.
  expect(report).toMatchObject({
    logs: 2000,
    verification: { rows: 2000, missing: lost() * BATCH, doubled: doubled() * BATCH },
  });
  expect(code).toBe(1);
});

/** Stands before the real intake: of each ten requests it acknowledges one that it keeps to itself, and sends one on twice. */
async function startLyingIntake(): Promise<{ url: string; lost(): number; doubled(): number }> {
  let requests = 0;
  let lost = 0;
  let doubled = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const post = () =>
      fetch(`${system.intakeUrl}/v1/logs`, {
        method: 'POST',
        headers: { 'x-sazabi-key': String(request.headers['x-sazabi-key']), 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      });
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const turn = requests++ % 10;
    if (turn === 3) {
      lost += 1;
      const data = { accepted: BATCH, rejected: [], rejectedCount: 0, receipt: '' };
      return void response.writeHead(202).end(JSON.stringify({ data, error: null }));
    }
    if (turn === 7) {
      doubled += 1;
      await post();
    }
    const answer = await post();
    response.writeHead(answer.status).end(await answer.text());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, lost: () => lost, doubled: () => doubled };
}

it('without a secret key it uses the public one, and tells when its rate limit is met', async () => {
  const client = createClient(system);
  const { key } = await client.createKey('public-keys', { name: 'slow', rateLimitPerMinute: 5 });
  const { code, stdout, stderr } = await runSazabi(['load', ...QUICK, '--logs', '2000'], {
    environment: { SAZABI_INTAKE_URL: system.intakeUrl, SAZABI_PUBLIC_KEY: key, SAZABI_DATA_DIR: '/nowhere' },
  });
  expect(stderr).toContain('No secret key');
  expect(JSON.parse(stdout)).toMatchObject({
    requests: 40,
    errors: [{ status: 429, code: 'RATE_LIMIT_EXCEEDED' }],
    freshness: null,
  });
  expect(stderr).toMatch(/^\d+ of 40 requests were refused or failed, more than the 50 % of --max-errors\.$/m);
  expect(code).toBe(1);
});

it('an address that is not of this machine is not loaded unasked', async () => {
  const { code, stderr } = await runSazabi(['load', ...QUICK], {
    environment: { SAZABI_INTAKE_URL: 'http://192.0.2.1:4318', SAZABI_PUBLIC_KEY: system.publicKey },
  });
  expect(code).toBe(2);
  expect(stderr).toContain('is no loopback address');
});
