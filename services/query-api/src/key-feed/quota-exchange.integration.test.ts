// What intakes tell each other of quotas, through two replicas of the API on one PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectSchema } from '@sazabi/contract/schemas';
import {
  createKeySnapshot,
  createKeyUsage,
  createQuotaUse,
  type KeyFeedClient,
  type QuotaUse,
  startKeyFeedClient,
} from '@sazabi/keys';
import { createLogger } from '@sazabi/lifecycle';
import { startPostgres, type TestPostgres } from '@sazabi/test-parts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call, pair, type Replica, startReplicas } from '../test-replica.ts';

/** Twice what an intake and a replica wait, with room for a busy machine. */
const patience = { timeout: 20_000, interval: 50 };

let postgres: TestPostgres;
let replicas: readonly [Replica, Replica];
let folder: string;
const clients: KeyFeedClient[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quotas-'));
  postgres = await startPostgres();
  replicas = pair(await startReplicas(2, await postgres.createDatabase()));
});
afterAll(async () => {
  for (const client of clients) await client.close();
  for (const replica of replicas) await replica.remove();
  await postgres.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Intake {
  readonly client: KeyFeedClient;
  readonly quotas: QuotaUse;
}

async function startIntake({ internalUrl }: Replica): Promise<Intake> {
  const quotas = createQuotaUse();
  const client = await startKeyFeedClient({
    urls: [internalUrl],
    token: undefined,
    snapshot: createKeySnapshot(),
    snapshotPath: join(folder, `keys-${clients.length}`),
    usage: createKeyUsage(),
    quotas,
    logger: createLogger('test', 'silent'),
  });
  clients.push(client);
  await expect.poll(() => client.connected(), patience).toBe(true);
  return { client, quotas };
}

async function makeProject(): Promise<string> {
  const response = await call(replicas[0], 'POST', '/projects', { name: 'with a quota', quotas: { logsPerDay: 100 } });
  return z.object({ data: projectSchema }).parse(await response.json()).data.id;
}

const useOf = ({ quotas }: Intake, projectId: string) => quotas.of(projectId, Date.now());

/** As requests would: the project is under a quota. */
function take(intake: Intake, projectId: string, logs: number): void {
  const use = useOf(intake, projectId);
  use.isHeld = true;
  use.logs += logs;
  use.bytes += logs * 10;
}

const others = (intake: Intake, projectId: string) => {
  const { othersLogs, othersBytes } = useOf(intake, projectId);
  return [othersLogs, othersBytes];
};

describe('use of quotas', () => {
  it('of one intake is known to the others, on its replica and on another, and never to itself', async () => {
    const projectId = await makeProject();
    const [one, two] = [await startIntake(replicas[0]), await startIntake(replicas[1])];
    const beside = await startIntake(replicas[0]);
    take(one, projectId, 5);
    take(two, projectId, 7);
    take(beside, projectId, 0);
    await expect.poll(() => others(one, projectId), patience).toEqual([7, 70]);
    await expect.poll(() => others(two, projectId), patience).toEqual([5, 50]);
    await expect.poll(() => others(beside, projectId), patience).toEqual([12, 120]);
    take(one, projectId, 1);
    await expect.poll(() => others(beside, projectId), patience).toEqual([13, 130]);
    expect(others(one, projectId)).toEqual([7, 70]);
  });

  it('outlives the intake: one that has begun anew counts its earlier run as another', async () => {
    const projectId = await makeProject();
    const before = await startIntake(replicas[0]);
    // Under no quota yet: told when it closes.
    useOf(before, projectId).logs = 4;
    await before.client.close();
    const after = await startIntake(replicas[1]);
    take(after, projectId, 1);
    await expect.poll(() => others(after, projectId), patience).toEqual([4, 0]);
  });
});
