// The soak's clients: each with a project and mode of its own, sending to any intake; and one who asks the APIs all the time.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Load, startLoad } from '../support/acknowledged-load.ts';
import { expectStatus } from '../support/client.ts';
import type { Cluster } from '../support/cluster.ts';
import { createClusterClient } from '../support/cluster-client.ts';
import type { Chance } from '../support/seed.ts';

/** Four clients are about 1 000 logs a second then: processes recover beside them on two cores. */
const PAUSE_MS = 200;
const ASK_PAUSE_MS = 250;
const projectSchema = z.object({ data: z.object({ id: z.string() }) });

export interface SoakClient {
  /** Begins every message of it. */
  readonly name: string;
  readonly projectId: string;
  readonly mode: 'live' | 'test';
  readonly load: Load;
}

/** Starts `count` clients, of two projects and both modes. */
export async function startSoakClients(
  cluster: Cluster,
  options: { readonly count: number; readonly chance: Chance; readonly onAcknowledged: () => void },
): Promise<readonly SoakClient[]> {
  const admin = createClusterClient(cluster);
  const projectIds: string[] = [];
  for (const name of ['soak one', 'soak two'])
    projectIds.push(
      projectSchema.parse(await expectStatus(201, await admin.api('POST', '/projects', { name }))).data.id,
    );
  const plans = Array.from({ length: options.count }, (_, index) => ({
    name: `soak-${options.chance.seed}-${index}`,
    projectId: projectIds[index % projectIds.length] ?? '',
    mode: index % 4 < 2 ? ('live' as const) : ('test' as const),
  }));
  const clients: SoakClient[] = [];
  for (const [index, plan] of plans.entries()) {
    const { name, projectId, mode } = plan;
    const settings = { name, projectId, mode, rateLimitPerMinute: null };
    const { key: publicKey } = await admin.createKey('public-keys', settings);
    const client = createClusterClient(cluster, index);
    const load = startLoad(client, {
      name,
      clients: 1,
      random: options.chance.random,
      publicKey,
      pauseMs: PAUSE_MS,
      beforeRepeat: () => client.moveOn(),
      onAcknowledged: options.onAcknowledged,
    });
    clients.push({ ...plan, load });
  }
  return clients;
}

export interface Asker {
  /** Answers of the APIs by status; `none` and why where there was none. */
  readonly answers: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Asks who it is and for the latest logs, of one API after the other. */
export function startAsker(cluster: Cluster): Asker {
  const client = createClusterClient(cluster);
  const answers = new Map<string, number>();
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await client.api(method, path, body).then(
      async (response) => {
        await response.arrayBuffer();
        return String(response.status);
      },
      (error: unknown) => `none: ${error instanceof Error ? (Object(error.cause).code ?? error.name) : error}`,
    );
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  };
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await ask('GET', '/me');
      await ask('POST', '/logs/query', { limit: 10 });
      await sleep(ASK_PAUSE_MS);
    }
  })();
  return {
    answers,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
