// What the soak's clients were told against what is stored: in ClickHouse, in its dead letters and in those of the bus.
import { createClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Cluster } from '../support/cluster.ts';
import { reconcile } from '../support/reconcile.ts';
import type { SoakClient } from './soak-load.ts';
import type { SoakReport } from './soak-report.ts';

/** For all clients together: a backlog of several minutes is stored in this time on a slow machine. */
const STORED_DEADLINE_MS = 120_000;
const LETTERS_LISTED_MAX = 1_000;

type Findings = Pick<
  SoakReport,
  'sent' | 'acknowledged' | 'stored' | 'missing' | 'doubled' | 'foreign' | 'deadLettered'
>;

/** Waits until everything acknowledged is stored, or long enough, and compares. */
export async function reconcileSoak(cluster: Cluster, clients: readonly SoakClient[]): Promise<Findings> {
  let all: Findings = { sent: 0, acknowledged: 0, stored: 0, missing: [], doubled: [], foreign: [], deadLettered: 0 };
  const untilMs = performance.now() + STORED_DEADLINE_MS;
  for (const client of clients) {
    const leftMs = Math.max(0, untilMs - performance.now());
    const one = await reconcile(cluster, client.name, client.load.account, leftMs);
    all = {
      sent: all.sent + one.sent,
      acknowledged: all.acknowledged + one.acknowledged,
      stored: all.stored + one.stored,
      missing: [...all.missing, ...one.missing],
      doubled: [...all.doubled, ...one.doubled],
      foreign: [...all.foreign, ...one.foreign, ...(await elsewhere(cluster, client))],
      deadLettered: 0,
    };
  }
  return { ...all, deadLettered: (await storeLetters(cluster)) + (await busLetters(cluster)) };
}

/** Its messages in another project or mode than its own. */
async function elsewhere(cluster: Cluster, { name, projectId, mode }: SoakClient): Promise<readonly string[]> {
  const rows = await ask(
    cluster,
    `SELECT message FROM logs
     WHERE startsWith(message, {name:String}) AND (project_id, mode) != ({projectId:UUID}, {mode:String})`,
    { name: `${name}-`, projectId, mode },
  );
  return z
    .array(z.tuple([z.string()]))
    .parse(rows)
    .map(([message]) => `${message} in another project or mode`);
}

async function storeLetters(cluster: Cluster): Promise<number> {
  const rows = await ask(cluster, 'SELECT toUInt32(sum(rows)) FROM dead_letters FINAL WHERE NOT taken_back');
  return z.tuple([z.tuple([z.number()])]).parse(rows)[0][0];
}

async function busLetters(cluster: Cluster): Promise<number> {
  const bus = cluster.openBus();
  try {
    return (await (await bus.deadLetters()).list(LETTERS_LISTED_MAX)).length;
  } finally {
    await bus.close();
  }
}

async function ask(cluster: Cluster, query: string, parameters: Record<string, string> = {}): Promise<unknown> {
  const client = createClient({ url: cluster.clickHouseUrl() });
  try {
    return await (await client.query({ query, query_params: parameters, format: 'JSONCompactEachRow' })).json();
  } finally {
    await client.close();
  }
}
