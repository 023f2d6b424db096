// Dead letters and receipts on the real engine: who sees what, what counts, what becomes of it.
import { randomUUID } from 'node:crypto';
import type { Mode } from '@sazabi/contract';
import { letterIdOf, nextReplayId, type ReceiptFields, uuidToText } from '@sazabi/log-record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeadLetter, NO_PROJECT_ID, putDeadLetters, takeBackDeadLetters } from '../ingest/dead-letter.ts';
import { singleServer } from '../ingest/ingest-target.ts';
import { insertTombstone } from '../ingest/insert.ts';
import { lookUp } from '../ingest/look-up.ts';
import { logScope } from '../query/log-scope.ts';
import { receiptState } from '../receipts/receipt-state.ts';
import { startTestStore, type TestStore, testLog, visible } from '../test-store.ts';
import { findLetter } from './find-letter.ts';
import { listLetters } from './list-letters.ts';
import { findOperatorRecord, listOperatorLetters } from './operator-letters.ts';
import { deleteLetter, deleteLettersOf, markReplayed } from './settle-letter.ts';

const DAY_MS = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY_MS);
const DAY = TODAY + 30;

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

const scopeOf = (projectIds: readonly string[], mode: Mode = 'live') =>
  logScope({ organizationId: randomUUID(), projects: visible(projectIds), mode });

/** The letters of one record; without its tombstone they are on their way. */
async function bury(owners: readonly DeadLetter['owner'][], more: Partial<DeadLetter> & { tombstone?: boolean } = {}) {
  const { tombstone = true, ...fields } = more;
  const recordId = fields.recordId ?? randomUUID();
  const letters = owners.map(
    (owner): DeadLetter => ({
      id: uuidToText(letterIdOf({ recordId, projectId: owner?.projectId ?? NO_PROJECT_ID, mode: owner?.mode ?? '' })),
      recordId,
      originId: recordId,
      replays: 0,
      owner,
      day: DAY,
      rows: 3,
      bytes: 77,
      requests: [],
      reason: '469 VIOLATED_CONSTRAINT: text',
      partition: 4,
      offset: 9,
      headers: new Map(),
      value: Buffer.from(`rows of ${owner?.projectId ?? 'nobody knows'}`),
      ...fields,
    }),
  );
  const target = singleServer(store.app, true);
  if (letters.length > 0) await putDeadLetters(target, letters, recordId);
  const { session } = await lookUp(target, [{ id: recordId, day: DAY, requestIds: [] }], null);
  if (tombstone) await insertTombstone(target, { session, token: recordId, id: recordId, day: fields.day ?? DAY });
  return { recordId, ids: letters.map(({ id }) => id) };
}

const list = async (projectIds: readonly string[], mode: Mode = 'live', query: object = {}) =>
  listLetters(store.app, scopeOf(projectIds, mode), { limit: 50, ...query });
const idsOf = async (...asked: Parameters<typeof list>) => (await list(...asked)).letters.map(({ id }) => id);

describe('I5: a letter', () => {
  it('is seen by its own project and mode alone', async () => {
    const [ours, theirs] = [randomUUID(), randomUUID()];
    const { recordId, ids } = await bury([
      { projectId: ours, mode: 'live' },
      { projectId: ours, mode: 'test' },
      { projectId: theirs, mode: 'live' },
      null,
    ]);
    const [live = '', test = '', foreign = '', operators = ''] = ids;
    expect(await idsOf([ours])).toEqual([live]);
    expect(await idsOf([ours], 'test')).toEqual([test]);
    expect(await idsOf([ours, randomUUID()], 'live', { projectId: randomUUID() })).toEqual([]);
    expect((await idsOf([ours, theirs])).toSorted()).toEqual([live, foreign].toSorted());
    expect(await idsOf([])).toEqual([]);
    expect(await idsOf([NO_PROJECT_ID])).toEqual([]);
    const scope = scopeOf([ours]);
    const found = await findLetter(store.app, scope, live);
    expect(found).toMatchObject({ recordId, projectId: ours, rows: 3, bytes: 77, partition: 4, expired: false });
    expect(Buffer.from(found?.frame ?? []).toString()).toBe(`rows of ${ours}`);
    for (const id of [test, foreign, operators, randomUUID()])
      expect(await findLetter(store.app, scope, id)).toBeNull();
    expect(Buffer.from((await findOperatorRecord(store.app, operators)) ?? []).toString()).toBe('rows of nobody knows');
    expect(await findOperatorRecord(store.app, live)).toBeNull();
    const { letters } = await listOperatorLetters(store.app, 100);
    expect(letters.map(({ id }) => id)).toEqual([operators]);
  });
});

it('the letters of deleted projects are given up, whatever their mode, with their bytes; those of others stay', async () => {
  const [gone, stays] = [randomUUID(), randomUUID()];
  await bury([
    { projectId: gone, mode: 'live' },
    { projectId: gone, mode: 'test' },
    { projectId: stays, mode: 'live' },
  ]);
  for (let again = 0; again < 2; again++) await deleteLettersOf(store.app, [gone, randomUUID()]);
  expect([...(await idsOf([gone])), ...(await idsOf([gone], 'test'))]).toEqual([]);
  expect(await idsOf([stays])).toHaveLength(1);
  const bytes = await store.app.query({
    query: `SELECT toUInt32(sum(length(value))) AS kept, toUInt32(count()) AS letters FROM dead_letters FINAL WHERE project_id = '${gone}'`,
    format: 'JSONEachRow',
  });
  expect(await bytes.json()).toEqual([{ kept: 0, letters: 2 }]);
});

describe('a letter counts', () => {
  it('only where its record was given up, or can never be stored any more', async () => {
    const projectId = randomUUID();
    const owner = { projectId, mode: 'live' } as const;
    const { recordId } = await bury([owner], { tombstone: false });
    expect(await idsOf([projectId])).toEqual([]);
    const given = await bury([owner]);
    expect(await idsOf([projectId])).toEqual(given.ids);
    const expired = await bury([owner], { tombstone: false, day: TODAY - 4 });
    expect((await idsOf([projectId])).toSorted()).toEqual([...given.ids, ...expired.ids].toSorted());
    expect(await findLetter(store.app, scopeOf([projectId]), expired.ids[0] ?? '')).toMatchObject({ expired: true });
    const late = await bury([owner], { day: TODAY - 3 });
    expect(await findLetter(store.app, scopeOf([projectId]), late.ids[0] ?? '')).toMatchObject({ expired: false });
    await takeBackDeadLetters(singleServer(store.app, true), recordId);
    expect(await idsOf([projectId])).toHaveLength(3);
  });

  it('until it is replayed or deleted; a row without its bytes stays', async () => {
    const projectId = randomUUID();
    const [replayed = ''] = (await bury([{ projectId, mode: 'live' }])).ids;
    const [deleted = ''] = (await bury([{ projectId, mode: 'live' }])).ids;
    const newId = randomUUID();
    await markReplayed(store.app, replayed, newId);
    await deleteLetter(store.app, deleted);
    expect(await idsOf([projectId])).toEqual([]);
    const scope = scopeOf([projectId]);
    expect(await findLetter(store.app, scope, replayed)).toMatchObject({ replayedAs: newId, frame: Buffer.alloc(0) });
    expect(await findLetter(store.app, scope, deleted)).toBeNull();
    await store.app.command({ query: 'OPTIMIZE TABLE dead_letters FINAL' });
    const result = await store.app.query({
      query: 'SELECT sum(length(value)), count() FROM dead_letters WHERE project_id = {projectId:UUID}',
      query_params: { projectId },
      format: 'JSONCompactEachRow',
    });
    expect((await result.json<unknown[]>())[0]?.map(Number)).toEqual([0, 2]);
  });

  it('and is not said to be gone where the store had nothing to end', async () => {
    await expect(deleteLetter(store.app, randomUUID())).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(markReplayed(store.app, randomUUID(), randomUUID())).rejects.toMatchObject({ status: 503 });
  });

  it('is 503 where the store takes no more parts, and the letter waits', async () => {
    const ours = randomUUID();
    const { ids } = await bury([{ projectId: ours, mode: 'live' }]);
    const alter = (query: string) => store.app.command({ query: `ALTER TABLE dead_letters ${query}` });
    await alter('MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1');
    await expect(deleteLetter(store.app, ids[0] ?? '')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await alter('RESET SETTING parts_to_throw_insert, parts_to_delay_insert');
    expect(await idsOf([ours])).toEqual(ids);
  });

  it('and pages show each once, newest first', async () => {
    const projectId = randomUUID();
    for (let count = 0; count < 5; count++) await bury([{ projectId, mode: 'live' }]);
    const all = await idsOf([projectId]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list([projectId], 'live', { limit: 2, cursor });
      seen.push(...page.letters.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      // One that goes between two pages moves none of the others.
      if (seen.length === 2) await deleteLetter(store.app, seen[1] ?? '');
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
    await expect(list([projectId], 'live', { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

describe('a receipt', () => {
  const receiptOf = (projectId: string, given: Partial<ReceiptFields> = {}): ReceiptFields => ({
    projectId,
    mode: 'live',
    storedId: randomUUID(),
    firstOrdinal: 2,
    count: 3,
    day: DAY,
    ...given,
  });
  const rowsOf = (projectId: string, batchId: string, count: number) =>
    store.insert(
      Array.from({ length: count }, (_, ordinal) =>
        testLog({
          project_id: projectId,
          batch_id: batchId,
          ordinal,
          expires_on: new Date(DAY * DAY_MS).toISOString().slice(0, 10),
        }),
      ),
    );
  const state = (receipt: ReceiptFields) => receiptState(store.reader, receipt);

  it('is durable, then stored with the counts of its request alone', async () => {
    const receipt = receiptOf(randomUUID());
    expect(await state(receipt)).toEqual({
      status: 'durable',
      accepted: 3,
      stored: 0,
      deadLettered: 0,
      deadLetterId: null,
    });
    await rowsOf(receipt.projectId, receipt.storedId, 9);
    expect(await state(receipt)).toMatchObject({ status: 'stored', accepted: 3, stored: 3 });
    expect(await state({ ...receipt, day: DAY + 1 })).toMatchObject({ status: 'durable' });
    expect(await state({ ...receipt, count: 0 })).toMatchObject({ status: 'stored', accepted: 0 });
  });

  it('of a dead letter says so, and through replays what became of it', async () => {
    const owner = { projectId: randomUUID(), mode: 'live' } as const;
    const first = await bury([owner]);
    const receipt = receiptOf(owner.projectId, { storedId: first.recordId });
    const [deadLetterId = ''] = first.ids;
    expect(await state(receipt)).toEqual({
      status: 'dead-lettered',
      accepted: 3,
      stored: 0,
      deadLettered: 3,
      deadLetterId,
    });
    // Another project's letter of the same record tells nothing of ours.
    expect(await state(receiptOf(randomUUID(), { storedId: first.recordId }))).toMatchObject({ status: 'durable' });

    const replayId = nextReplayId({ recordId: first.recordId, ...owner, replays: 0 });
    await markReplayed(store.app, deadLetterId, replayId);
    expect(await state(receipt)).toMatchObject({ status: 'durable', accepted: 3 });
    const again = await bury([owner], { recordId: replayId, originId: first.recordId, replays: 1 });
    expect(await state(receipt)).toMatchObject({ status: 'dead-lettered', deadLetterId: again.ids[0] });
    await deleteLetter(store.app, again.ids[0] ?? '');
    expect(await state(receipt)).toMatchObject({ status: 'dead-lettered', deadLettered: 3, deadLetterId: null });
    // Sent again by somebody whose mark was lost: found all the same.
    await rowsOf(owner.projectId, nextReplayId({ recordId: replayId, ...owner, replays: 1 }), 1);
    expect(await state(receipt)).toMatchObject({ status: 'stored', stored: 3, deadLettered: 0 });
  });

  it('under an Idempotency-Key learns its count from what is stored, or dead', async () => {
    const owner = { projectId: randomUUID(), mode: 'live' } as const;
    const requestId = randomUUID();
    const receipt = receiptOf(owner.projectId, { storedId: requestId, firstOrdinal: 0, count: 0, day: 0 });
    expect(await state(receipt)).toMatchObject({ status: 'durable', accepted: null });
    const { ids } = await bury([owner], {
      requests: [
        { id: randomUUID(), rows: 1 },
        { id: requestId, rows: 2 },
      ],
    });
    expect(await state(receipt)).toMatchObject({ status: 'dead-lettered', accepted: 2, deadLetterId: ids[0] });
    await rowsOf(owner.projectId, requestId, 2);
    expect(await state(receipt)).toMatchObject({ status: 'stored', accepted: 2, stored: 2, deadLettered: 0 });
  });

  it('of a record that nobody could take apart is dead-lettered without a letter to show', async () => {
    const requestId = randomUUID();
    const { recordId } = await bury([null], { requests: [{ id: requestId, rows: 0 }] });
    const ofRecord = receiptOf(randomUUID(), { storedId: recordId });
    expect(await state(ofRecord)).toMatchObject({ status: 'dead-lettered', deadLettered: 3, deadLetterId: null });
    const ofRequest = receiptOf(randomUUID(), { storedId: requestId, count: 0, day: 0 });
    expect(await state(ofRequest)).toMatchObject({ status: 'dead-lettered', accepted: null, deadLettered: null });
  });

  it('is not stored by a tombstone whose letter is not seen yet', async () => {
    const { recordId } = await bury([]);
    expect(await state(receiptOf(randomUUID(), { storedId: recordId }))).toMatchObject({
      status: 'durable',
      stored: 0,
    });
  });
});
