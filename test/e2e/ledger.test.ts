// I7: what was sent equals what the ledger tells of it: stored, rejected, refused, limited; and reconciled on stored data alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSazabi } from '@sazabi/cli/testing';
import { reconcileStepSchema, type UsageAnswer, usageSchema } from '@sazabi/contract/schemas';
import { chooseFreePort } from '@sazabi/lifecycle';
import { openLogStore } from '@sazabi/log-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Client, createClient, expectStatus } from '../support/client.ts';
import { createChance, say } from '../support/seed.ts';
import { startService } from '../support/service-process.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const REQUESTS = 300;
/** Logs of a project's day. */
const QUOTA = 40;
const LOAD_REQUESTS = 400;
const LOAD_LOGS = 50;
/** Reports come every 10 s. */
const TOLD_MS = 60_000;
const LONG_TEST_MS = 240_000;

let system: System;
let client: Client;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
});
afterAll(() => system?.stop());

type Counts = Omit<UsageAnswer, 'day' | 'projectId' | 'keyId'>;
const nothing = (): Counts => ({
  accepted: { logs: 0, bytes: 0 },
  rejected: {},
  refused: {},
  limited: 0,
  requests: 0,
});

async function usageOf(projectId: string): Promise<ReadonlyMap<string, Counts>> {
  const answer = await expectStatus(200, await client.api('GET', `/usage?limit=100&projectId=${projectId}`));
  const byKey = new Map<string, Counts>();
  // Of both days, where midnight comes between.
  for (const { day, projectId: _, keyId, ...counts } of z.object({ data: z.array(usageSchema) }).parse(answer).data) {
    const sum = byKey.get(keyId) ?? nothing();
    sum.accepted.logs += counts.accepted.logs;
    sum.accepted.bytes += counts.accepted.bytes;
    sum.limited += counts.limited;
    sum.requests += counts.requests;
    for (const of of ['rejected', 'refused'] as const)
      for (const [code, count] of Object.entries(counts[of])) sum[of][code] = (sum[of][code] ?? 0) + count;
    byKey.set(keyId, sum);
  }
  return byKey;
}

async function makeProject(name: string, quotas = {}): Promise<string> {
  const made = await expectStatus(201, await client.api('POST', '/projects', { name, quotas }));
  return z.object({ data: z.object({ id: z.string() }) }).parse(made).data.id;
}

/** What one answer says of a request of `sent` logs, and of `bytes` bytes in those that are good. */
async function count(counts: Counts, response: Response, sent: number, bytes: number, isLimited: boolean) {
  const { data, error } = Object(await response.json());
  counts.requests += 1;
  const add = (of: 'rejected' | 'refused', code: string, logs: number) => {
    counts[of][code] = (counts[of][code] ?? 0) + logs;
  };
  if (response.status === 202) {
    counts.accepted.logs += data.accepted;
    counts.accepted.bytes += bytes;
    for (const { code } of data.rejected) add('rejected', code, 1);
  } else if (response.status === 429 && isLimited) counts.limited += 1;
  else if (response.status === 400 && error.code === 'VALIDATION_ERROR') add('rejected', error.code, sent);
  else add('refused', error.code, 1);
}

describe('the ledger', () => {
  it('usage equals what clients counted of accepted, rejected, refused and limited, of each key', {
    timeout: LONG_TEST_MS,
  }, async () => {
    const { between, random } = createChance('ledger');
    const projectId = await makeProject('Ledger');
    const make = (settings: object) =>
      client.createKey('public-keys', { name: 'of the ledger', projectId, rateLimitPerMinute: null, ...settings });
    const [free, limited, closed, ended] = [
      await make({}),
      await make({ rateLimitPerMinute: 10 }),
      await make({ allowedOrigins: ['https://shop.example.com'] }),
      await make({}),
    ];
    await client.revokeKey('public-keys', ended.id);
    const keys = [free, free, free, limited, closed, ended];
    const expected = new Map([free, limited, closed, ended].map(({ id }) => [id, nothing()] as const));
    for (let request = 0; request < REQUESTS; request += 1) {
      const key = keys[between(0, keys.length - 1)] ?? free;
      const logs = Array.from({ length: between(1, 20) }, () =>
        random() < 0.2 ? { level: 'info' } : { message: 'm'.repeat(between(1, 200)) },
      );
      const bytes = logs.reduce((sum, { message = '' }: { message?: string }) => sum + message.length, 0);
      const isBroken = random() < 0.1;
      const response = await client.post(isBroken ? '[{"message":' : logs, { key: key.key });
      await count(expected.get(key.id) ?? nothing(), response, logs.length, bytes, key === limited);
    }
    for (const { requests } of expected.values()) expect(requests).toBeGreaterThan(0);
    expect(expected.get(limited.id)?.limited).toBeGreaterThan(0);
    await waitFor(
      'usage is what was counted',
      async () => {
        const told = await usageOf(projectId);
        expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
        return true;
      },
      TOLD_MS,
    ).catch((error: unknown) => {
      throw error instanceof Error && error.cause !== undefined ? error.cause : error;
    });
  });

  it('a quota is in force when the call that sets it returns, and counts what came before', async () => {
    const projectId = await makeProject('Held');
    const { key } = await client.createKey('public-keys', { name: 'held', projectId, rateLimitPerMinute: null });
    const send = () =>
      client.post(
        Array.from({ length: 10 }, () => ({ message: 'x' })),
        { key },
      );
    for (let request = 0; request < 3; request += 1) expect((await send()).status).toBe(202);
    const quotas = { logsPerDay: QUOTA };
    await expectStatus(200, await client.api('PATCH', `/projects/${projectId}`, { quotas }));
    expect((await send()).status).toBe(202);
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
    expect(Object(await refused.json()).error.message).toContain(`daily quota of ${QUOTA} logs`);
    await expectStatus(200, await client.api('PATCH', `/projects/${projectId}`, { quotas: { logsPerDay: null } }));
    expect((await send()).status).toBe(202);
  });
});

describe('a quota over two intakes', () => {
  it('is held by both together, and by one that was killed and has begun anew', { timeout: LONG_TEST_MS }, async () => {
    const second = await startSecondIntake();
    try {
      const projectId = await makeProject('Shared', { logsPerDay: 100 });
      const settings = { name: 'shared', projectId, rateLimitPerMinute: null };
      const { key } = await client.createKey('public-keys', settings);
      await client.postLogs(
        Array.from({ length: 60 }, () => ({ message: 'x' })),
        { key },
      );
      // 40 are left, and a little more until the second has heard of the 60.
      const bySecond = await logsUntilRefused(second.client, key);
      expect(bySecond).toBeGreaterThanOrEqual(40);
      expect(bySecond).toBeLessThan(90);
      expect(await logsUntilRefused(client, key)).toBeLessThan(50);
      system.kill('intake');
      expect(await logsUntilRefused(client, key)).toBeLessThan(50);
      say(`quota of 100: 60 taken by one intake, ${bySecond} by the other`);
    } finally {
      await second.stop();
    }
  });
});

/** An intake beside the system's own, on the same bus. */
async function startSecondIntake() {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-second-intake-'));
  const [port, internalPort] = [await chooseFreePort('127.0.0.1'), await chooseFreePort('127.0.0.1')];
  const internalUrl = `http://127.0.0.1:${internalPort}`;
  const service = startService({
    name: 'second-intake',
    main: '@sazabi/intake/main',
    environment: {
      BUS_URL: `lmdb:${join(system.dataDir, 'bus')}`,
      ...system.environment,
      SAZABI_DATA_DIR: folder,
      INTAKE_PORT: String(port),
      INTAKE_INTERNAL_PORT: String(internalPort),
      KEY_FEED_URL: system.internalUrl,
    },
    internalUrl,
    internalToken: system.internalToken,
    logFile: join(folder, 'log'),
  });
  await service.ready();
  return {
    client: createClient({ ...system, intakeUrl: `http://127.0.0.1:${port}` }),
    async stop() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends one log after the other, ten a second, until the quota refuses it; resolves with how many were taken. */
async function logsUntilRefused(to: Client, key: string): Promise<number> {
  let taken = 0;
  const status = async () => {
    // An intake that was killed is back in a moment.
    const response = await to.post({ message: 'x' }, { key }).catch(() => null);
    if (response?.status === 202) taken += 1;
    return response?.status;
  };
  await expect.poll(status, { timeout: TOLD_MS, interval: 100 }).toBe(429);
  return taken;
}

async function reconcile() {
  const environment = { INTERNAL_URL: system.internalUrl, INTERNAL_TOKEN: system.internalToken };
  const { code, stdout, stderr } = await runSazabi(['admin', 'reconcile', '--json'], { environment });
  const { shape } = reconcileStepSchema;
  const { logs, stored, waiting, missing, doubled, missingRecords } = shape;
  const sums = z.looseObject({ logs, stored, waiting, missing, doubled, missingRecords });
  return { code, stderr, ...sums.parse(JSON.parse(stdout)) };
}

describe('reconciliation', () => {
  it('finds nothing missing while logs are written and the consumer is killed, and then everything stored', {
    timeout: LONG_TEST_MS,
  }, async () => {
    const before = await waitFor(
      'all is stored',
      async () => {
        const now = await reconcile();
        return now.waiting === 0 && now;
      },
      TOLD_MS,
    );
    const logs = Array.from({ length: LOAD_LOGS }, (_, at) => ({ message: `load ${at}` }));
    let sent = 0;
    const { key } = await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null });
    const load = (async () => {
      for (let request = 0; request < LOAD_REQUESTS; request += 1) {
        // Every other one under an id of its own, and some of those repeated.
        const idempotencyKey =
          request % 2 === 0 ? { idempotencyKey: `load-${request - (request % 8 === 0 ? 2 : 0)}` } : {};
        await client.postLogs(logs, { key, ...idempotencyKey });
        sent += LOAD_LOGS;
      }
    })();
    let seen = 0;
    for (let round = 0; round < 3; round += 1) {
      system.kill('consumer');
      const now = await reconcile();
      seen = Math.max(seen, now.waiting);
      expect(now).toMatchObject({ code: 0, missing: 0, doubled: 0 });
      expect(now.stored + now.waiting).toBe(now.logs);
    }
    await load;
    const after = await waitFor(
      'all is stored',
      async () => {
        const now = await reconcile();
        return now.waiting === 0 && now;
      },
      TOLD_MS,
    );
    say(`ledger: ${sent} logs sent, up to ${seen} of them waiting when asked`);
    expect(after).toMatchObject({ code: 0, missing: 0, doubled: 0, stored: after.logs });
    expect(after.logs - before.logs).toBe(sent);
  });

  it('tells which record lacks logs, and exits with 1', { timeout: LONG_TEST_MS }, async () => {
    const store = openLogStore(system.clickHouseUrl(), { application: 'test' });
    /** The version of a UUID tells whose it is: 7 a record's, 8 a request's that came with an Idempotency-Key. */
    const idOf = async (version: 7 | 8) => {
      const query = `SELECT toString(batch_id) AS id, toUInt32(count()) AS logs FROM logs
WHERE message LIKE 'load %' AND substring(toString(batch_id), 15, 1) = '${version}' GROUP BY batch_id HAVING logs = ${LOAD_LOGS} LIMIT 1`;
      const found = await store.query({ query, format: 'JSONEachRow' });
      const [row] = z.array(z.object({ id: z.string() })).parse(await found.json());
      return row?.id ?? '';
    };
    const [record, request] = [await idOf(7), await idOf(8)];
    await store.command({ query: `DELETE FROM logs WHERE batch_id = '${record}' AND ordinal % 2 = 0` });
    expect(await reconcile()).toMatchObject({
      code: 1,
      missing: LOAD_LOGS / 2,
      missingRecords: [{ recordId: record, logs: LOAD_LOGS / 2 }],
      stderr: expect.stringContaining('are missing'),
    });
    await store.command({ query: `DELETE FROM logs WHERE batch_id = '${request}'` });
    const both = await reconcile();
    await store.close();
    // The bus may hold the request twice: it was repeated.
    expect(both.missingRecords.length).toBeGreaterThan(1);
    expect(both.missing - LOAD_LOGS / 2).toBe(LOAD_LOGS * (both.missingRecords.length - 1));
  });
});
