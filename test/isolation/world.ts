// The world of the isolation test, made once by real calls: organizations with projects, keys of every kind, logs, threads, dead letters.
import { randomBytes, randomUUID } from 'node:crypto';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import type { Mode, Scope } from '@sazabi/contract';
import { insertTombstone, lookUp, putDeadLetters, singleServer } from '@sazabi/log-store/ingest';
import type { System } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Answer, type Asker, createAsker } from './ask.ts';
import { type Caller, cellOf, keyIsSeenBy, type Model, type Thing, type Words } from './model.ts';

const ORGANIZATIONS = 8;
const PROJECTS_EACH = 3;
/** Of each project and mode: 20 000 in all. */
const LOGS_EACH = 417;
const STORED_DEADLINE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface World {
  readonly model: Model;
  readonly ask: Asker;
  /** A live admin key of each organization, for looking after what calls of others have done. */
  readonly admins: readonly Caller[];
  /** A test-mode one. */
  readonly testAdmins: readonly Caller[];
}

/** A word that is nobody else's. */
const newWord = () => `wq${randomBytes(8).toString('hex')}`;

export async function makeWorld(system: System): Promise<World> {
  const ask = createAsker(system);
  const model: Model = {
    words: Array.from({ length: ORGANIZATIONS }, (): Words => ({ live: newWord(), test: newWord(), both: newWord() })),
    things: [],
    callers: [],
    writers: [],
    cursors: [],
    eventIds: [],
    counts: new Map(),
    onceKeys: new Set(),
  };
  const store = createClient({ url: system.clickHouseUrl() });
  const admins: Caller[] = [];
  const testAdmins: Caller[] = [];
  for (const org of model.words.keys()) {
    const made = await makeOrganization(system, { model, ask, store }, org);
    admins.push(made.admin);
    testAdmins.push(made.testAdmin);
  }
  for (const caller of [...admins, ...testAdmins]) await learnLogs({ model, ask }, caller);
  await store.close();
  return { model, ask, admins, testAdmins };
}

interface Making {
  readonly model: Model;
  readonly ask: Asker;
  readonly store: ClickHouseClient;
}

/** @throws Error with the answer where it is not 2xx */
function done(answer: Answer): Answer['body'] {
  if (answer.status >= 300) throw new Error(answer.bytes);
  return answer.body?.data;
}

async function makeOrganization(system: System, { model, ask, store }: Making, org: number) {
  const words = model.words[org];
  if (words === undefined) throw new RangeError(`no organization ${org}`);
  const founded = await fetch(`${system.internalUrl}/internal/organizations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.internalToken}` },
    body: JSON.stringify({ name: words.both }),
  });
  const { data } = Object(await founded.json());
  const first: Caller = callerOf(org, 'live', data.secretKey.id, data.secretKey.key, ['admin']);
  const call = async (method: string, path: string, body?: unknown) =>
    done(await ask({ method, path, key: first.key, body }));
  const thing = (made: Omit<Thing, 'org' | 'expendable' | 'mode'> & Partial<Pick<Thing, 'mode' | 'expendable'>>) =>
    model.things.push({ mode: 'live', expendable: false, ...made, org });

  const projects = [data.project.id];
  while (projects.length < PROJECTS_EACH)
    projects.push((await call('POST', '/projects', { name: `${words.both} ${projects.length}` })).id);
  for (const id of projects) thing({ kind: 'project', id, seenBy: 'both', shown: null });
  thing({ kind: 'public-key', id: data.publicKey.id, seenBy: 'live', shown: null });
  thing({ kind: 'secret-key', id: data.secretKey.id, seenBy: 'live', shown: null });

  // One that scenarios may change and delete: others they make themselves.
  const spare = { name: `${words.both} spare` };
  const { id: spareId } = await call('POST', '/projects', spare);
  thing({ kind: 'project', id: spareId, seenBy: 'both', expendable: true, shown: spare });

  const secret = async (mode: Mode, scopes: readonly Scope[], more: object = {}): Promise<Caller> => {
    const body = { name: `${words[keyIsSeenBy(mode)]} secret`, mode, scopes, rateLimitPerMinute: null, ...more };
    const { id, key } = await call('POST', '/secret-keys', body);
    thing({ kind: 'secret-key', id, mode, seenBy: keyIsSeenBy(mode), shown: { name: body.name, scopes } });
    const caller = callerOf(org, mode, id, key, scopes);
    model.callers.push(caller);
    return caller;
  };
  const admin = await secret('live', ['admin']);
  const testAdmin = await secret('test', ['admin']);
  for (const mode of ['live', 'test'] as const) {
    await secret(mode, ['logs:read']);
    await secret(mode, ['keys:read', 'keys:write', 'usage:read', 'settings:read', 'threads:write']);
    const revoked = await secret(mode, ['admin']);
    await call('DELETE', `/secret-keys/${revoked.keyId}`);
    revoked.state = 'revoked';
    const expired = await secret(mode, ['admin'], { expiresAt: new Date(Date.now() + 300).toISOString() });
    expired.state = 'expired';
    for (const projectId of projects) {
      const body = { name: `${words[keyIsSeenBy(mode)]} public`, mode, projectId, rateLimitPerMinute: null };
      const { id, key } = await call('POST', '/public-keys', body);
      thing({ kind: 'public-key', id, mode, seenBy: keyIsSeenBy(mode), shown: { name: body.name, projectId } });
      model.writers.push({ org, mode, projectId, keyId: id, key, state: 'good' });
      await seedLogs({ model, ask }, org, mode, projectId, key);
      await buryLetter(store, projectId, mode, words[mode]);
    }
  }
  model.callers.push({ ...callerOf(org, 'live', data.publicKey.id, data.publicKey.key, []), state: 'public' });
  for (const status of ['open', 'resolved']) {
    const { id } = await call('POST', '/threads', {
      title: words.both,
      status,
      query: { search: { query: words.both } },
    });
    await call('POST', `/threads/${id}/messages`, { body: words.both });
    thing({ kind: 'thread', id, seenBy: 'both', shown: { title: words.both, status } });
  }
  return { admin, testAdmin };
}

const callerOf = (org: number, mode: Mode, keyId: string, key: string, scopes: readonly Scope[]): Caller => ({
  org,
  mode,
  keyId,
  key,
  scopes,
  state: 'good',
});

/** A log with the words of those who may see it, wherever a log can have one. */
export function logOf(word: string, n: number): object {
  return {
    message: `${word} log ${n}`,
    service: `${word}-service`,
    environment: `${word}-environment`,
    host: `${word}-host`,
    trace_id: word,
    attributes: { [word]: n, owner: word },
  };
}

async function seedLogs(
  { model, ask }: Pick<Making, 'model' | 'ask'>,
  org: number,
  mode: Mode,
  projectId: string,
  key: string,
): Promise<void> {
  const word = model.words[org]?.[mode] ?? '';
  const logs = Array.from({ length: LOGS_EACH }, (_, n) => logOf(word, n));
  const data = done(await ask({ method: 'POST', path: '/v1/logs', key, body: logs, intake: true }));
  model.counts.set(cellOf(projectId, mode), { seeded: LOGS_EACH, accepted: LOGS_EACH });
  model.things.push({ kind: 'receipt', id: data.receipt, org, seenBy: mode, mode, expendable: false, shown: null });
}

/** Buried as the consumer does, with a word in what is told of it. */
async function buryLetter(client: ClickHouseClient, projectId: string, mode: Mode, word: string): Promise<void> {
  const store = singleServer(client, true);
  const recordId = randomUUID();
  const day = Math.floor(Date.now() / DAY_MS) + 30;
  const letter = {
    id: randomUUID(),
    recordId,
    originId: recordId,
    replays: 0,
    owner: { projectId, mode },
    day,
    rows: 1,
    bytes: 1,
    requests: [],
    reason: `refused ${word}`,
    partition: 0,
    offset: 0,
    headers: new Map(),
    value: Buffer.from(word),
  };
  await putDeadLetters(store, [letter], recordId);
  const { session } = await lookUp(store, [{ id: recordId, day, requestIds: [] }], null);
  await insertTombstone(store, { session, token: recordId, id: recordId, day });
}

/** Waits until all its logs are stored, then takes some of their ids, its letters and cursors into the model. */
async function learnLogs({ model, ask }: Pick<Making, 'model' | 'ask'>, caller: Caller): Promise<void> {
  const { org, mode, key } = caller;
  const read = (path: string, body?: object) => ask({ method: body === undefined ? 'GET' : 'POST', path, key, body });
  const wanted = LOGS_EACH * PROJECTS_EACH;
  await waitFor(
    `the logs of organization ${org}, ${mode}, are stored`,
    async () => done(await read('/logs/volume', { interval: '1d' })).total === wanted,
    STORED_DEADLINE_MS,
  );
  const page = (await read('/logs/query', { limit: 20 })).body;
  const own = { org, seenBy: mode, mode, expendable: false, shown: null };
  for (const { id } of page.data) model.things.push({ kind: 'log', id, ...own });
  model.cursors.push(page.nextCursor);
  const letters = (await read('/dead-letters?limit=2')).body;
  for (const { id } of letters.data) model.things.push({ kind: 'letter', id, ...own });
  for (const path of ['/projects', '/public-keys', '/secret-keys', '/threads', '/audit-log', '/dead-letters']) {
    const { nextCursor } = (await read(`${path}?limit=1`)).body;
    if (nextCursor !== null) model.cursors.push(nextCursor);
  }
}
