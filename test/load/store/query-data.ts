// The data that queries are measured on: kept in a folder, so that it is made once.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLogStore } from '@sazabi/log-store';
import { insertFrames, lookUp, singleServer } from '@sazabi/log-store/ingest';
import { z } from 'zod';
import { type Client, createClient } from '../../support/client.ts';
import { say } from '../../support/say.ts';
import { type System, startSystem } from '../../support/system.ts';
import { waitFor } from '../../support/wait-for.ts';
import { makeRecords, type StoreRecord } from './make-records.ts';

const ROWS_OF_AN_INSERT = 200_000;
const ROWS_OF_A_RECORD = 3_200;
export const LOGS_OF_A_REQUEST = 100;
const SPAN_MS = 86_400_000;
const RETENTION_DAYS = 30;
const MERGED_DEADLINE_MS = 300_000;
const REQUEST_TIMEOUT_MS = 120_000;

const knownSchema = z.object({
  secretKey: z.string(),
  projectIds: z.array(z.string()),
  fromMs: z.number(),
  toMs: z.number(),
  logs: z.number(),
});
export type QueryData = z.infer<typeof knownSchema>;

export interface QuerySystem {
  readonly system: System;
  readonly client: Client;
  readonly data: QueryData;
}

/**
 * Starts the system on `folder`; where it is empty, stores `logs` of them over 24 hours in so many projects.
 * @throws Error where it has other things: of somebody else, or of a run that was ended before all was stored
 */
export async function openQueryData(
  folder: string,
  { logs, projects }: { readonly logs: number; readonly projects: number },
): Promise<QuerySystem> {
  const file = join(folder, 'queries.json');
  const known = existsSync(file) ? knownSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
  if (known === null && existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(
      `${folder} has no queries.json, which a run leaves that has stored its logs: give an empty folder.`,
    );
  say('the system starts');
  const system = await startSystem({ dataDir: folder });
  try {
    if (known !== null) return { system, client: createClient({ ...system, secretKey: known.secretKey }), data: known };
    const client = createClient(system);
    const toMs = Date.now();
    const projectIds = await makeProjects(client, projects);
    const data = { secretKey: system.secretKey, projectIds, fromMs: toMs - SPAN_MS, toMs, logs };
    await fill(system.clickHouseUrl(), data);
    writeFileSync(file, JSON.stringify(data));
    return { system, client, data };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

async function makeProjects(client: Client, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const answer: unknown = await (await client.api('POST', '/projects', { name: `Measured ${index}` })).json();
    ids.push(String(Object(Object(answer).data).id));
  }
  return ids;
}

/** Stores them as the consumer does, and waits until they are merged. */
async function fill(url: string, data: QueryData): Promise<void> {
  const app = openLogStore(url, { application: 'measure', requestTimeoutMs: REQUEST_TIMEOUT_MS });
  try {
    const target = singleServer(app, true);
    const insert = async (records: readonly StoreRecord[]) => {
      const ids = records.map(({ id, day }) => ({ id, day, requestIds: [] }));
      const { session } = await lookUp(target, ids, null);
      const frames = records.map(({ frame }) => frame);
      await insertFrames(target, { session, token: ids[0]?.id ?? '', frames, knownRequestIds: [] });
    };
    const plan = {
      ...data,
      rowsPerRecord: ROWS_OF_A_RECORD,
      logsPerRequest: LOGS_OF_A_REQUEST,
      retentionDays: [RETENTION_DAYS],
      seed: 1,
    };
    let gathered: StoreRecord[] = [];
    let rows = 0;
    let stored = 0;
    for await (const record of makeRecords(plan)) {
      gathered.push(record);
      rows += record.rows;
      if (rows < ROWS_OF_AN_INSERT) continue;
      await insert(gathered);
      stored += rows;
      say(`${stored} logs are stored`);
      [gathered, rows] = [[], 0];
    }
    if (gathered.length > 0) await insert(gathered);
    say('all logs are stored; until no merge is running');
    await waitFor('no merge is running', async () => await noMerges(app), MERGED_DEADLINE_MS);
  } finally {
    await app.close();
  }
}

async function noMerges(app: ReturnType<typeof openLogStore>): Promise<boolean> {
  const result = await app.query({ query: 'SELECT count() FROM system.merges', format: 'JSONCompactEachRow' });
  const [row] = await result.json<[string]>();
  return Number(row?.[0]) === 0;
}
