// Writes that no look-up of the consumer's follows: once one of the engine's has failed they are not taken for done (ADR 24).
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteLetter, markReplayed } from './dead-letters/settle-letter.ts';
import { type DeadLetter, putDeadLetters, takeBackDeadLetters } from './ingest/dead-letter.ts';
import { checkWrites, isEmbedded } from './ingest/failed-writes.ts';
import { type IngestTarget, singleServer } from './ingest/ingest-target.ts';
import { findHiddenDays, removeHiddenRows } from './maintenance/index.ts';
import { NOW_MS, PROJECT, startTestStore, type TestStore, testLog } from './test-store.ts';
import { failWrite } from './testing/fail-write.ts';

/** A developer's machine may lack the device; in CI its absence is a failure. */
const withoutDevice = !existsSync('/dev/full') && process.env.CI === undefined;
/** The engine's watch may end it before it is asked. */
const FAILED = /a write failed|ECONNREFUSED|ECONNRESET|socket hang up/;
const HIDDEN = [{ projectId: PROJECT, receivedBeforeMs: null }];
const goOn = async () => undefined;

let store: TestStore;
let target: IngestTarget;
beforeAll(async () => {
  store = await startTestStore();
  target = singleServer(store.app, await isEmbedded(store.app));
});
afterAll(() => store.close());

const letterOf = (recordId: string): DeadLetter => ({
  id: randomUUID(),
  recordId,
  originId: recordId,
  replays: 0,
  owner: null,
  day: 30_000,
  rows: 1,
  bytes: 1,
  requests: [],
  reason: 'a test',
  partition: 0,
  offset: 1,
  headers: new Map(),
  value: Uint8Array.of(1),
});

it('an engine that was started anew since speaks of nothing written before', async () => {
  const secondAgoMs = () => performance.now() - 1000;
  await expect.poll(() => checkWrites(target, secondAgoMs()).then(() => 'whole'), { timeout: 10_000 }).toBe('whole');
  await expect(checkWrites(target, performance.now() - 3_600_000)).rejects.toThrow('started anew');
});

it('letters are taken back when they are found to be: the engine that took them may have been another', async () => {
  const recordId = randomUUID();
  await putDeadLetters(target, [letterOf(recordId)], recordId);
  // Answered as done by an engine that lost it, and was killed and started anew before it was asked.
  const client: typeof store.app = Object.create(store.app, { command: { value: async () => undefined } });
  await expect(takeBackDeadLetters({ ...target, client }, recordId)).rejects.toThrow('letters were not taken back');
  await takeBackDeadLetters(target, recordId);
});

it('no row is removed by ids that may be lost', async () => {
  await store.insert([testLog()]);
  const [day = expect.fail('A day has hidden rows.')] = await findHiddenDays(target, HIDDEN, NOW_MS);
  const commands: string[] = [];
  const command: typeof store.app.command = (parameters) => {
    commands.push(parameters.query.split(' ', 1).join());
    return store.app.command(parameters);
  };
  const query: typeof store.app.query = (parameters) =>
    /uptime\(\)/.test(parameters.query) ? Promise.reject(new Error('a write failed')) : store.app.query(parameters);
  const client: typeof store.app = Object.create(store.app, { command: { value: command }, query: { value: query } });
  await expect(removeHiddenRows({ ...target, client }, day, { goOn })).rejects.toThrow('a write failed');
  expect(commands).toEqual(['INSERT']);
});

it('a server that fails what it cannot write is not asked what its writes were: the same event says nothing there', async () => {
  const asked: string[] = [];
  const isChdb = (query: string) => query.includes('system.functions');
  const query: typeof store.app.query = (parameters) => {
    asked.push(parameters.query);
    return store.app.query({ ...parameters, query: parameters.query.replace("name = 'chdb'", "name = 'none'") });
  };
  const server: typeof store.app = Object.create(store.app, { query: { value: query } });
  const letter = letterOf(randomUUID());
  await putDeadLetters(target, [letter], letter.recordId);
  await markReplayed(server, letter.id, randomUUID());
  await deleteLetter(server, letter.id);
  expect(asked.filter(isChdb)).toHaveLength(2);
  expect(asked.filter((text) => !isChdb(text)).join()).not.toContain('system.events');
});

it.skipIf(withoutDevice)(
  'letters are not taken for taken back, deleted or replayed, and rows not removed by ids that may be lost',
  async () => {
    await store.insert([testLog()]);
    const days = await findHiddenDays(target, HIDDEN, NOW_MS);
    expect(days).toMatchObject([{ rows: 2 }]);
    const remove = () => removeHiddenRows(target, days[0] ?? { day: '', hidden: [], rows: 0 }, { goOn });
    const sinceMs = performance.now();
    await takeBackDeadLetters(target, randomUUID());
    await checkWrites(target, sinceMs);
    const letters = [letterOf(randomUUID()), letterOf(randomUUID()), letterOf(randomUUID())] as const;
    for (const letter of letters) await putDeadLetters(target, [letter], letter.recordId);
    const [deleted, replayed, whole] = letters;
    await deleteLetter(store.app, whole.id);

    await failWrite(store.app);
    const settled = Promise.allSettled([
      deleteLetter(store.app, deleted.id),
      markReplayed(store.app, replayed.id, randomUUID()),
    ]);
    const asked = await Promise.allSettled([
      takeBackDeadLetters(target, randomUUID()),
      remove(),
      checkWrites(target, sinceMs),
    ]);
    for (const one of asked)
      expect(one).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(FAILED) } });
    for (const one of await settled)
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { code: 'SERVICE_UNAVAILABLE', cause: { message: expect.stringMatching(FAILED) } },
      });
    expect(await store.engine.died).toContain('a write failed');
  },
);
