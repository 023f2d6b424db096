// Logs that the store refuses: dead letters of each tenant, receipts that say so, and the way back once the cause is gone.

import { type ClickHouseClient, createClient as createClickHouseClient } from '@clickhouse/client';
import { runSazabi } from '@sazabi/cli/testing';
import { createdPublicKeySchema, createdSecretKeySchema } from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Client, createClient } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

const POISON = 'poison';
const LOGS_EACH = 20;
const SETTLED_MS = 60_000;
const ROUNDS_MAX = 20;

const stateSchema = z.object({
  data: z.looseObject({
    status: z.string(),
    accepted: z.number().nullable(),
    stored: z.number(),
    deadLettered: z.number().nullable(),
    deadLetterId: z.string().nullable(),
  }),
});
type State = z.infer<typeof stateSchema>['data'];
const lettersSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), logs: z.number(), replays: z.number(), reason: z.string() })),
});
const foundedSchema = z.object({
  data: z.object({ publicKey: createdPublicKeySchema, secretKey: createdSecretKeySchema }),
});

interface Tenant {
  readonly name: string;
  readonly client: Client;
  readonly secretKey: string;
  /** Receipt of each request sent, by the messages in it. */
  readonly sent: { readonly receipt: string; readonly messages: readonly string[] }[];
}

let system: System;
let store: ClickHouseClient;
let tenants: readonly [Tenant, Tenant, Tenant];

beforeAll(async () => {
  system = await startSystem();
  store = createClickHouseClient({ url: system.clickHouseUrl() });
  const ours = tenantOf('ours', system.publicKey, system.secretKey);
  const publicKey = (await ours.client.createKey('public-keys', { name: 'Test', mode: 'test' })).key;
  const secretKey = (await ours.client.createKey('secret-keys', { name: 'Test', mode: 'test' })).key;
  const response = await fetch(`${system.internalUrl}/internal/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.internalToken}` },
    body: JSON.stringify({ name: 'Theirs' }),
  });
  const { data } = foundedSchema.parse(await response.json());
  tenants = [
    ours,
    tenantOf('ours in test', publicKey, secretKey),
    tenantOf('theirs', data.publicKey.key, data.secretKey.key),
  ];
});
afterAll(async () => {
  await store?.close();
  await system?.stop();
});

function tenantOf(name: string, publicKey: string, secretKey: string): Tenant {
  return { name, client: createClient({ ...system, publicKey, secretKey }), secretKey, sent: [] };
}

async function send(tenant: Tenant, messages: readonly string[], idempotencyKey?: string): Promise<void> {
  const logs = messages.map((message) => ({ message, attributes: { tenant: tenant.name } }));
  const { receipt } = await tenant.client.postLogs(logs, idempotencyKey === undefined ? {} : { idempotencyKey });
  tenant.sent.push({ receipt, messages });
}

/** Many requests at once, so that rows of all tenants come into one record; one of each is what the store refuses. */
async function sendRound(round: number): Promise<void> {
  const all = Array.from({ length: LOGS_EACH }, (_, number) =>
    tenants.map((tenant) => {
      const message = `${tenant.name} ${round}.${number}`;
      const messages = number === LOGS_EACH / 2 ? [message, `${POISON} ${message}`] : [message];
      return send(tenant, messages, number % 3 === 0 ? message.replaceAll(' ', '-') : undefined);
    }),
  );
  await Promise.all(all.flat());
}

async function stateOf(tenant: Tenant, receipt: string): Promise<State> {
  const response = await tenant.client.api('GET', `/receipts/${receipt}`);
  return stateSchema.parse(await response.json()).data;
}

/** What all receipts say once none is on its way any more. */
async function settled(tenant: Tenant, only?: string): Promise<readonly State[]> {
  const states: State[] = [];
  for (const { receipt } of tenant.sent) {
    const state = await waitFor(
      `${tenant.name}: a receipt is ${only ?? 'no more durable'}`,
      async () => {
        const now = await stateOf(tenant, receipt);
        return only === undefined ? now.status !== 'durable' && now : now.status === only && now;
      },
      SETTLED_MS,
    );
    states.push(state);
  }
  return states;
}

const lettersOf = async ({ client }: Tenant) =>
  lettersSchema.parse(await (await client.api('GET', '/dead-letters?limit=100')).json()).data;

async function recordsOfSeveral(): Promise<number> {
  const result = await store.query({
    query: 'SELECT record_id FROM dead_letters FINAL GROUP BY record_id HAVING uniqExact(project_id, mode) = 3',
    format: 'JSONCompactEachRow',
  });
  return (await result.json()).length;
}

const sazabi = (tenant: Tenant, ...args: string[]) =>
  runSazabi(args, { environment: { SAZABI_API_URL: system.apiUrl, SAZABI_SECRET_KEY: tenant.secretKey } });

describe('I7: what the store refuses', () => {
  it('becomes dead letters of each project and mode, and what is beside it is stored', async () => {
    await store.command({
      query: `ALTER TABLE logs ADD CONSTRAINT no_poison CHECK NOT startsWith(message, '${POISON}')`,
    });
    // Durable before anything else is sent, so in records without poison, however few records the rest makes.
    for (const tenant of tenants) await send(tenant, [`${tenant.name} alone`]);
    for (let round = 0; round < ROUNDS_MAX && (await recordsOfSeveral()) === 0; round++) {
      await sendRound(round);
      for (const tenant of tenants) await settled(tenant);
    }
    expect(await recordsOfSeveral()).toBeGreaterThan(0);
    for (const tenant of tenants) {
      const letters = await lettersOf(tenant);
      const states = await settled(tenant);
      const dead = states.filter(({ status }) => status === 'dead-lettered');
      expect(letters.length).toBeGreaterThan(0);
      // accepted = stored + dead-lettered, for each request and for all.
      expect(dead.reduce((sum, { deadLettered }) => sum + Number(deadLettered), 0)).toBe(
        letters.reduce((sum, { logs }) => sum + logs, 0),
      );
      expect(dead.length).toBeLessThan(states.length);
      for (const [at, { accepted, stored, deadLettered }] of states.entries())
        expect([accepted, stored + Number(deadLettered)]).toEqual([
          tenant.sent[at]?.messages.length,
          tenant.sent[at]?.messages.length,
        ]);
      expect(new Set(dead.map(({ deadLetterId }) => deadLetterId))).toEqual(new Set(letters.map(({ id }) => id)));
      for (const { reason } of letters) {
        expect(reason).toContain('VIOLATED_CONSTRAINT');
        for (const other of tenants) if (other !== tenant) expect(reason).not.toContain(`${other.name} `);
      }
    }
  });

  it('I5: is seen, replayed, deleted and asked for by nobody else', async () => {
    const seen = await Promise.all(tenants.map(async (tenant) => (await lettersOf(tenant)).map(({ id }) => id)));
    expect(new Set(seen.flat()).size).toBe(seen.flat().length);
    for (const [at, tenant] of tenants.entries())
      for (const [other, owner] of tenants.entries()) {
        if (other === at) continue;
        const [id = ''] = seen[other] ?? [];
        const [sent] = owner.sent;
        for (const [method, path] of [
          ['GET', `/receipts/${sent?.receipt}`],
          ['POST', `/dead-letters/${id}/replay`],
          ['DELETE', `/dead-letters/${id}`],
        ] as const)
          expect((await tenant.client.api(method, path)).status, `${tenant.name}: ${method} ${path}`).toBe(404);
      }
  });

  it('is a dead letter again when it is replayed too early', async () => {
    const [ours] = tenants;
    // All of them: a record that another tenant's poison had refused leaves a letter whose rows are stored when they come again.
    const letters = await lettersOf(ours);
    const ids = letters.map(({ id }) => id);
    expect((await sazabi(ours, 'dead-letters', 'replay', ...ids)).code).toBe(0);
    const again = await waitFor(
      'a letter of a replay',
      async () => (await lettersOf(ours)).find(({ replays }) => replays === 1),
      SETTLED_MS,
    );
    expect(ids).not.toContain(again.id);
    expect(letters.map(({ logs }) => logs)).toContain(again.logs);
    const now = (await settled(ours)).map(({ deadLetterId }) => deadLetterId);
    expect(now).toContain(again.id);
    expect(now.filter((id) => id !== null && ids.includes(id))).toEqual([]);
  });

  it('I2: is stored once after all, by a replay when the cause is gone', async () => {
    await store.command({ query: 'ALTER TABLE logs DROP CONSTRAINT no_poison' });
    for (const tenant of tenants) {
      const ids = (await lettersOf(tenant)).map(({ id }) => id);
      // At once and repeated, as an impatient person would.
      await Promise.all(ids.map((id) => tenant.client.api('POST', `/dead-letters/${id}/replay`)));
      const ran = await sazabi(tenant, 'dead-letters', 'replay', ...ids);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      expect((await sazabi(tenant, 'dead-letters', 'list')).stderr).toContain('No dead letters.');
    }
    for (const tenant of tenants) {
      const states = await settled(tenant, 'stored');
      expect(states.map(({ stored }) => stored)).toEqual(tenant.sent.map(({ messages }) => messages.length));
      const found = (await tenant.client.queryAll({ from: '-1d' })).map(({ message }) => message);
      expect(found.toSorted()).toEqual(tenant.sent.flatMap(({ messages }) => messages).toSorted());
      const [first] = tenant.sent;
      const got = await sazabi(tenant, 'receipts', 'get', '--wait', '--json', first?.receipt ?? '');
      expect([got.code, JSON.parse(got.stdout).status]).toEqual([0, 'stored']);
    }
  });
});
