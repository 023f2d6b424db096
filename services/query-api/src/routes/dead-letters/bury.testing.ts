// For tests: refused records in the store, buried as the consumer does.
import { zstdCompressSync } from 'node:zlib';
import { createLogBlock, letterIdOf, newUuidV7, splitRecord, uuidToText } from '@sazabi/log-record';
import type { ClickHouseClient } from '@sazabi/log-store';
import { type DeadLetter, insertTombstone, lookUp, putDeadLetters, singleServer } from '@sazabi/log-store/ingest';
import { v7 as uuidv7 } from 'uuid';

export type Owner = NonNullable<DeadLetter['owner']>;

/** A refused record of one log for each tenant given, buried as the consumer does; the letters' ids in their order. */
export async function buryRecord(app: ClickHouseClient, tenants: readonly Owner[], day: number) {
  const batchId = newUuidV7();
  const recordId = uuidToText(batchId);
  const block = createLogBlock();
  block.reset(batchId, day);
  for (const { projectId, mode } of tenants) {
    block.beginRequest({ projectId, mode, keyId: uuidv7(), environment: '' }, Date.now(), null);
    block.append({ message: `of ${projectId} ${mode}` }, 'log');
  }
  const meta = { batchId, rows: tenants.length, ownRows: tenants.length, expiresOnDay: day, requestIds: [] };
  const split = splitRecord(meta, zstdCompressSync(block.encode()));
  if (!split.ok) throw new Error(split.reason);
  const shared = {
    recordId,
    originId: recordId,
    replays: 0,
    day,
    reason: '469 VIOLATED_CONSTRAINT',
    partition: 0,
    offset: 1,
  };
  const letters = split.parts.map(({ projectId, mode, rows, bytes, requests, frame }) => ({
    ...shared,
    id: uuidToText(letterIdOf({ recordId, projectId, mode })),
    owner: { projectId, mode },
    rows,
    bytes,
    requests,
    headers: new Map(),
    value: frame,
  }));
  await buryLetters(app, recordId, day, letters);
  return { recordId, ids: letters.map(({ id }) => id) };
}

/** These letters and the record's tombstone. */
export async function buryLetters(
  app: ClickHouseClient,
  recordId: string,
  day: number,
  letters: readonly DeadLetter[],
): Promise<void> {
  const store = singleServer(app, true);
  await putDeadLetters(store, letters, recordId);
  const { session } = await lookUp(store, [{ id: recordId, day, requestIds: [] }], null);
  await insertTombstone(store, { session, token: recordId, id: recordId, day });
}
