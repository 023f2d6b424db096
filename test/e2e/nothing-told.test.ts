// I8: no key and no body in any log line, error or metric, at the most talkative level and where things go wrong.
import { generateKey } from '@sazabi/keys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const SECRET = 'canary-7f3a9c';
const FOUND_MS = 10_000;

let system: System;
let client: Client;
beforeAll(async () => {
  system = await startSystem({ environment: { LOG_LEVEL: 'trace' } });
  client = createClient(system);
});
afterAll(() => system?.stop());

async function metricsOf(port: string | undefined): Promise<string> {
  const headers = { authorization: `Bearer ${system.internalToken}` };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  expect(response.status).toBe(200);
  return await response.text();
}

it('I8: keys and bodies are in no log line, no refusal and no metric', async () => {
  const unknown = generateKey('public', 'live');
  const made = await client.createKey('public-keys', { name: 'soon revoked' });
  await client.revokeKey('public-keys', made.id);
  await client.postLogs({ message: SECRET, service: SECRET, attributes: { [SECRET]: SECRET } });
  const refused = [
    await client.post(`{"message": "${SECRET}", `),
    await client.post({ message: null, note: SECRET }),
    await client.post(SECRET, { headers: { 'content-encoding': 'gzip' } }),
    await client.post({ message: SECRET }, { key: unknown }),
    await client.post({ message: SECRET }, { key: made.key }),
    await client.post({ message: SECRET }, { key: system.secretKey }),
    await fetch(`${system.intakeUrl}/nowhere?key=${unknown}&${SECRET}`, { method: 'POST', body: SECRET }),
    await client.api('POST', '/logs/query', { filters: [{ field: 'timestamp', op: 'eq', value: SECRET }] }),
    await client.api('POST', '/public-keys', { name: `${SECRET}\u0000` }),
    await fetch(`${system.apiUrl}/me?key=${system.secretKey}`),
  ];
  for (const response of refused) {
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  }
  await waitFor(
    'the log is found',
    async () => (await client.queryAll({ search: { query: SECRET } })).length === 1,
    FOUND_MS,
  );

  const { INTAKE_INTERNAL_PORT, INTERNAL_PORT, CONSUMER_INTERNAL_PORT } = system.environment;
  const told = [
    system.output(),
    ...(await Promise.all(refused.map((response) => response.text()))),
    ...(await Promise.all([INTAKE_INTERNAL_PORT, INTERNAL_PORT, CONSUMER_INTERNAL_PORT].map(metricsOf))),
  ];
  expect(system.output()).toContain('"service":"intake"');
  for (const text of told)
    for (const word of [SECRET, unknown, made.key, system.publicKey, system.secretKey])
      expect(text).not.toContain(word);
});
