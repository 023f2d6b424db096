// The API against its own document: schemathesis makes thousands of requests from it and judges every answer by it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../support/client.ts';
import { say } from '../support/seed.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { installSchemathesis, runSchemathesis } from './schemathesis.ts';

/** It takes a minute of CPU on an idle machine. */
const RUN_DEADLINE_MS = 600_000;

const LOG = { message: 'payment failed', level: 'error', 'order.total': 700 };

let python: string;
let system: System;
let environment: Record<string, string>;

beforeAll(async () => {
  [python, system] = await Promise.all([installSchemathesis(), startSystem()]);
  const client = createClient(system);
  const { key: SECRET_KEY } = await client.createKey('secret-keys', { name: 'unlimited', rateLimitPerMinute: null });
  const { message } = LOG;
  await client.postLogs([LOG]);
  await waitFor('the log is found', () => client.finds(message), 15_000);
  environment = { BASE_URL: system.apiUrl, SECRET_KEY };
}, RUN_DEADLINE_MS);
afterAll(() => system?.stop());

describe('every answer is as documented', () => {
  it('of the API', { timeout: RUN_DEADLINE_MS }, async () => {
    const { exitCode, output } = await runSchemathesis(python, `${system.apiUrl}/openapi.json`, environment, []);
    say(`schemathesis: ${/[\d,]+ generated.*/.exec(output)?.[0]}`);
    expect(exitCode, output).toBe(0);
  });
});
