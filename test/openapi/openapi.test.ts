// Both services against the OpenAPI document: schemathesis makes thousands of requests from it and judges every answer by it.
import { createClient as createClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type Client, createClient } from '../support/client.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { installSchemathesis, runSchemathesis } from './schemathesis.ts';

/** It takes a minute of CPU on an idle machine. */
const RUN_DEADLINE_MS = 600_000;
const DEADLINE_MS = 30_000;
const DEAD_LETTERS = 3;

const listSchema = z.object({ data: z.array(z.looseObject({ id: z.string() })) });

const LOG = { message: 'payment failed', level: 'error', 'order.total': 700 };

let python: string;
let system: System;
let environment: Record<string, string>;

beforeAll(async () => {
  [python, system] = await Promise.all([installSchemathesis(), startSystem()]);
  const client = createClient(system);
  const unlimited = { name: 'unlimited', rateLimitPerMinute: null };
  const { key: SECRET_KEY } = await client.createKey('secret-keys', unlimited);
  const { key: PUBLIC_KEY } = await client.createKey('public-keys', unlimited);
  await makeDeadLetters(client);
  await client.postLogs([LOG]);
  await waitFor('the log is found', () => client.finds(LOG.message), DEADLINE_MS);
  environment = { SECRET_KEY, PUBLIC_KEY, NEEDED_IDS: await idsOf(client, ['projects', 'public-keys', 'secret-keys']) };
}, RUN_DEADLINE_MS);
afterAll(() => system?.stop());

/** A few logs that the store refuses as long as it has a rule against them. */
async function makeDeadLetters(client: Client): Promise<void> {
  const store = createClickHouseClient({ url: system.clickHouseUrl() });
  try {
    await store.command({ query: "ALTER TABLE logs ADD CONSTRAINT no_poison CHECK message != 'poison'" });
    for (let letters = 1; letters <= DEAD_LETTERS; letters += 1) {
      await client.postLogs([{ message: 'poison' }]);
      await waitFor('the dead letter is listed', async () => (await countLetters(client)) === letters, DEADLINE_MS);
    }
    await store.command({ query: 'ALTER TABLE logs DROP CONSTRAINT no_poison' });
  } finally {
    await store.close();
  }
}

async function countLetters(client: Client): Promise<number> {
  return (await list(client, 'dead-letters')).length;
}

async function idsOf(client: Client, paths: readonly string[]): Promise<string> {
  const rows = await Promise.all(paths.map((path) => list(client, path)));
  return rows.flatMap((of) => of.map(({ id }) => id)).join(',');
}

async function list(client: Client, path: string) {
  return listSchema.parse(await (await client.api('GET', `/${path}`)).json()).data;
}

it('every answer of both services is as documented', { timeout: RUN_DEADLINE_MS }, async () => {
  const { exitCode, output } = await runSchemathesis(python, `${system.apiUrl}/openapi.json`, environment, []);
  say(`schemathesis: ${/[\d,]+ generated.*/.exec(output)?.[0]}`);
  expect(exitCode, output).toBe(0);
});
