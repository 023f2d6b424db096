import { zstdCompressSync } from 'node:zlib';
import type { NewRecord } from '@sazabi/bus';
import { createLogBlock, encodeRecord, newUuidV7, readLogBlock, replayRecord } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import type { StorableRecord } from './core/range.ts';
import { poisonRecord } from './fixtures/sample-record.ts';
import { lettersOf } from './letters-of.ts';
import { itemOf } from './range-reader.ts';

const [OURS, THEIRS] = ['0197f000-0000-7000-8000-000000000001', '0197f000-0000-7000-8000-000000000002'];
const TODAY = Math.floor(Date.now() / 86_400_000);
const REASON = "469 VIOLATED_CONSTRAINT: Column values: message = 'a secret: of ours'";

function readFromBus(record: NewRecord): StorableRecord {
  const item = itemOf({ partition: 3, offset: 8, appendedAtMs: 0, ...record }, TODAY);
  if (item.kind !== 'record') throw new Error(`the record is ${item.kind}`);
  return item.record;
}

function recordOf(projectIds: readonly string[]) {
  const batchId = newUuidV7();
  const block = createLogBlock();
  block.reset(batchId, TODAY + 30);
  for (const projectId of projectIds) {
    block.beginRequest({ projectId, mode: 'live', keyId: '', environment: '' }, Date.now(), null);
    block.append({ message: `of ${projectId}` }, 'log');
  }
  const meta = { batchId, rows: block.rowCount, ownRows: block.rowCount, expiresOnDay: TODAY + 30, requestIds: [] };
  return encodeRecord(meta, zstdCompressSync(block.encode()));
}

it('a record of several tenants is a letter for each, none of which quotes a row', () => {
  const record = readFromBus(recordOf([OURS, THEIRS]));
  const letters = lettersOf(record, REASON);
  expect(letters.map(({ owner, rows, reason }) => [owner?.projectId, rows, reason])).toEqual([
    [OURS, 1, '469 VIOLATED_CONSTRAINT'],
    [THEIRS, 1, '469 VIOLATED_CONSTRAINT'],
  ]);
  expect(letters[0]).toMatchObject({ recordId: record.id, originId: record.id, replays: 0, partition: 3, offset: 8 });
  expect(new Set(letters.map(({ id }) => id)).size).toBe(2);
  expect(lettersOf(record, REASON).map(({ id }) => id)).toEqual(letters.map(({ id }) => id));
});

it('of one tenant says all that the store said, and holds the rows as they were', () => {
  const sent = recordOf([OURS]);
  const [letter, ...others] = lettersOf(readFromBus(sent), REASON);
  expect([others, letter?.reason, letter?.value]).toEqual([[], REASON, sent.value]);
});

it('of a replay that is refused again knows where its rows came from', () => {
  const record = readFromBus(recordOf([OURS]));
  const first = { recordId: record.id, projectId: OURS, mode: 'live', originId: record.id, replays: 0 };
  const made = replayRecord({ ...first, expiresOnDay: TODAY + 30, frame: record.source.value });
  if (!made.ok) throw new Error(made.reason);
  const [letter] = lettersOf(readFromBus(made.replay.record), REASON);
  expect(letter).toMatchObject({ recordId: made.replay.id, originId: record.id, replays: 1 });
  expect(readLogBlock(letter?.value ?? new Uint8Array()).ok).toBe(true);
});

it('that nobody can take apart is the operator’s, whole', () => {
  const poison = poisonRecord();
  const [letter, ...others] = lettersOf(readFromBus(poison), REASON);
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ owner: null, rows: 3, value: poison.value, headers: poison.headers });
  expect(letter?.reason).toMatch(/cannot be read/);
});
