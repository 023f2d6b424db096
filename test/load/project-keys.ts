// The projects of a case, each with a key that writes.
import { z } from 'zod';
import { createClient, expectStatus } from '../support/client.ts';
import type { System } from '../support/system.ts';

export interface Projects {
  readonly projects: number;
  /** One: as new projects have it. More: of 1, 2, 3 … days, project by project in turn. */
  readonly retentions: number;
}

/** Calls at once: each key waits until the intake takes it. */
const AT_ONCE = 16;

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const projectSchema = z.object({ data: z.object({ id: z.string() }) });

/** Makes what is missing of them; the organization's first project is one. Returns a key without a rate limit for each. */
export async function makeProjectKeys(system: System, { projects, retentions }: Projects): Promise<readonly string[]> {
  // The first secret key takes 1000 calls a minute; a thousand projects with their keys are two thousand.
  const unlimited = { name: 'cost', rateLimitPerMinute: null };
  const { key: secretKey } = await createClient(system).createKey('secret-keys', unlimited);
  const client = createClient({ ...system, secretKey });
  const [first] = listSchema.parse(await expectStatus(200, await client.api('GET', '/projects?limit=1'))).data;
  const keys: string[] = [];
  for (let from = 0; from < projects; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, projects - from) }, async (_, index) => {
      const number = from + index;
      const retention = retentions === 1 ? {} : { retentionDays: 1 + (number % retentions) };
      const answer =
        number === 0
          ? await client.api('PATCH', `/projects/${first?.id}`, { name: 'cost 0', ...retention })
          : await client.api('POST', '/projects', { name: `cost ${number}`, ...retention });
      const { id } = projectSchema.parse(await expectStatus(number === 0 ? 200 : 201, answer)).data;
      return await client.createKey('public-keys', { ...unlimited, projectId: id });
    });
    for (const { key } of await Promise.all(some)) keys.push(key);
  }
  return keys;
}
