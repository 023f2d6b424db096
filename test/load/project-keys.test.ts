// The projects and keys of a case, and that requests are of them in turn, on the real system.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createClient, expectStatus } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeProjectKeys } from './project-keys.ts';
import { startSender } from './start-sender.ts';

const PROJECTS = 18;
const RETENTIONS = 9;
const BATCH = 5;
const REQUESTS_EACH = 2;

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(async () => {
  await system.stop();
});

const projectsSchema = z.object({ data: z.array(z.object({ retentionDays: z.number() })) });
const usageSchema = z.object({ data: z.array(z.object({ accepted: z.object({ logs: z.number() }) })) });

it('each project has its retention and a key, and takes every so many-th request', async () => {
  const client = createClient(system);
  const keys = await makeProjectKeys(system, { projects: PROJECTS, retentions: RETENTIONS });
  expect(new Set(keys).size).toBe(PROJECTS);
  const { data: projects } = projectsSchema.parse(
    await expectStatus(200, await client.api('GET', `/projects?limit=${2 * PROJECTS}`)),
  );
  const expected = Array.from({ length: PROJECTS }, (_, index) => 1 + (index % RETENTIONS));
  expect(projects.map(({ retentionDays }) => retentionDays).sort()).toEqual(expected.sort());

  const count = PROJECTS * REQUESTS_EACH;
  const sender = await startSender({ logs: count * BATCH, batch: BATCH, connections: 3, seed: 1, settleMs: 0 });
  try {
    const headers = keys.map((key) => ({ 'x-sazabi-key': key }));
    await sender.send({ url: `${system.intakeUrl}/v1/logs`, headers, connections: 3, from: 0, count });
  } finally {
    sender.stop();
  }
  await waitFor(
    'each project has as many logs',
    async () => {
      const answer = await client.api('GET', `/usage?limit=${3 * PROJECTS}`);
      const { data } = usageSchema.parse(await expectStatus(200, answer));
      const logs = data.map(({ accepted }) => accepted.logs).filter((accepted) => accepted > 0);
      return logs.length === PROJECTS && logs.every((accepted) => accepted === BATCH * REQUESTS_EACH);
    },
    30_000,
  );
});
