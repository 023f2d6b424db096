// What the consumer relies on, shown on the real engine.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createLogBlock, uuidFromText } from '@sazabi/log-record';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrateLogStore } from '../migrate.ts';
import { type ClickHouseClient, openLogStore } from '../open-log-store.ts';
import { checkInsertTokens } from './check-insert-tokens.ts';
import { type DeadLetter, putDeadLetters, takeBackDeadLetters } from './dead-letter.ts';
import { ingestFailure } from './ingest-failure.ts';
import { type IngestTarget, singleServer } from './ingest-target.ts';
import { insertFrames, insertTombstone } from './insert.ts';
import { findTombstone, type LookUpRecord, lookUp } from './look-up.ts';

const DAY = Math.floor(Date.now() / 86_400_000) + 30;
const PROJECT_ID = '0197f000-0000-7000-8000-000000000001';

/** An uncompressed Native block: `rows` rows of each id, with so many random bytes each. */
function block(ids: readonly string[], rows = 2, day = DAY, randomness = 0): Buffer {
  const log = createLogBlock();
  log.reset(uuidFromText(ids[0] ?? randomUUID()), day);
  for (const id of ids) {
    const source = { projectId: PROJECT_ID, mode: 'live', keyId: randomUUID(), environment: '' } as const;
    log.beginRequest(source, Date.now(), uuidFromText(id));
    for (let row = 0; row < rows; row++)
      log.append({ message: `row ${row}`, attributes: { some: randomBytes(randomness).toString('hex') } }, 'log');
  }
  return Buffer.from(log.encode());
}

const frame = (ids: readonly string[], rows?: number, day?: number) => zstdCompressSync(block(ids, rows, day));

describe('ingest', () => {
  let folder: string;
  let engine: EmbeddedClickHouse;
  let client: ClickHouseClient;
  let store: IngestTarget;
  let session: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingest-'));
    engine = await startEmbeddedClickHouse({ dataDir: folder });
    client = openLogStore(engine.appUrl, { application: 'test' });
    store = singleServer(client, true);
    await migrateLogStore(client);
  });

  beforeEach(async () => {
    ({ session } = await lookUp(store, [record(randomUUID())], null));
  });

  afterAll(async () => {
    await client.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const record = (id: string, requestIds: readonly string[] = [], day = DAY): LookUpRecord => ({ id, day, requestIds });
  const insert = (token: string, frames: readonly Uint8Array[], knownRequestIds: readonly string[] = []) =>
    insertFrames(store, { session, token, frames, knownRequestIds });
  const knownOf = async (...records: LookUpRecord[]) => [...(await lookUp(store, records, null)).known].sort();
  const activeParts = async () => {
    const query = "SELECT count() FROM system.parts WHERE table = 'logs' AND active AND database = currentDatabase()";
    const result = await client.query({ query, format: 'JSONCompactEachRow' });
    return Number((await result.json<[string]>())[0]?.[0]);
  };

  const rowsOf = async (ids: readonly string[]) => {
    const query =
      'SELECT toString(batch_id), toUInt32(count()) FROM logs WHERE batch_id IN {ids:Array(UUID)} GROUP BY 1';
    const result = await client.query({ query, query_params: { ids }, format: 'JSONCompactEachRow' });
    return new Map(await result.json<[string, number]>());
  };

  it('the tokens of this engine hold', async () => {
    expect(await checkInsertTokens(store)).toBeNull();
  });

  it('a table that forgets tokens is noticed', async () => {
    await client.command({ query: 'ALTER TABLE logs MODIFY SETTING non_replicated_deduplication_window = 0' });
    expect(await checkInsertTokens(store)).toMatch(/must leave the first alone, and left /);
    await client.command({ query: 'ALTER TABLE logs RESET SETTING non_replicated_deduplication_window' });
    await client.command({ query: 'ALTER TABLE logs MODIFY SETTING non_replicated_deduplication_window = 500000' });
  });

  it.each([
    ['large', 100, true],
    ['small, joined and stored as it is,', 0, true],
    ['small, joined and compressed,', 0, false],
  ])('many frames (%s) are one part of all their rows but the known', async (_, randomness, embedded) => {
    const before = await activeParts();
    const [known = '', ...ids] = Array.from({ length: 20 }, () => randomUUID());
    await client.command({ query: 'SYSTEM STOP MERGES' }).catch(() => undefined);
    const frames = ids.map((id) => zstdCompressSync(block([id, known], 250, DAY, randomness)));
    await insertFrames({ ...store, embedded }, { session, token: ids[0] ?? '', frames, knownRequestIds: [known] });
    expect((await activeParts()) - before).toBeLessThanOrEqual(1);
    expect(await knownOf(...ids.map((id) => record(id, [known])))).toEqual(ids.toSorted());
    expect(await rowsOf(ids)).toEqual(new Map(ids.map((id) => [id, 250])));
  });

  it('tells the ids of records on their day, and of requests on any day', async () => {
    const [own, request, otherDay] = [randomUUID(), randomUUID(), randomUUID()];
    await insert(own, [frame([own, request])]);
    await insert(otherDay, [frame([otherDay], 1, DAY + 60)]);
    expect(await knownOf(record(own, [request, otherDay]))).toEqual([own, request, otherDay].sort());
    expect(await knownOf(record(otherDay))).toEqual([]);
    expect(await knownOf(record(otherDay, [], DAY + 60), record(randomUUID()))).toEqual([otherDay]);
  });

  it('leaves out the rows of 4096 known requests', async () => {
    const [own, ...known] = Array.from({ length: 4097 }, () => randomUUID());
    if (own === undefined) throw new Error('an id');
    await insert(own, [frame([own, ...known], 1)], known);
    expect(await knownOf(record(own, known))).toEqual([own]);
  });

  it('of rows and tombstone under one token the first stays', async () => {
    const [stored, buried] = [randomUUID(), randomUUID()];
    await insert(stored, [frame([stored])]);
    await insertTombstone(store, { session, token: stored, id: stored, day: DAY });
    await insertTombstone(store, { session, token: buried, id: buried, day: DAY });
    await insert(buried, [frame([buried])]);
    expect(await findTombstone(store, record(stored))).toBe(false);
    expect(await findTombstone(store, record(buried))).toBe(true);
    expect(await knownOf(record(stored), record(buried))).toEqual([stored, buried].sort());
    const result = await client.query({
      query: `SELECT count() FROM logs WHERE batch_id = '${buried}'`,
      format: 'JSONCompactEachRow',
    });
    expect(Number((await result.json<[string]>())[0]?.[0])).toBe(1);
  });

  it('refuses what rests on a session that is not there', async () => {
    const failure = await insertFrames(store, {
      session: randomUUID(),
      token: randomUUID(),
      frames: [frame([randomUUID()])],
      knownRequestIds: [],
    }).catch(ingestFailure);
    expect(failure).toMatchObject({ failure: 'session-gone', code: '372 SESSION_NOT_FOUND' });
    expect(await lookUp(store, [record(randomUUID())], randomUUID()).catch(ingestFailure)).toMatchObject({
      failure: 'session-gone',
    });
  });

  const letterOf = (recordId: string, owner: DeadLetter['owner'] = null): DeadLetter => ({
    id: randomUUID(),
    recordId,
    originId: recordId,
    replays: 0,
    owner,
    day: DAY,
    rows: 3,
    bytes: 5,
    requests: [{ id: randomUUID(), rows: 2 }],
    reason: "it's \n broken",
    partition: 2,
    offset: 2 ** 40,
    headers: new Map([
      ['schema', Buffer.from('1')],
      ['xxh64', Buffer.from([0, 255, 10])],
    ]),
    value: Uint8Array.from({ length: 70_000 }, (_, index) => index % 256),
  });
  const lettersIn = async (recordId: string) => {
    const result = await client.query({
      query: `SELECT toString(id) AS id, toString(project_id) AS project, mode, reason, bus_offset, headers,
  base64Encode(value) AS value, rows, bytes, request_ids, request_rows FROM dead_letters FINAL
WHERE record_id = {recordId:UUID} ORDER BY id`,
      query_params: { recordId },
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    return result.json<Record<string, unknown>>();
  };
  const deadLettered = async (id: string) => [...(await lookUp(store, [record(id)], null)).deadLettered];

  it('keeps a record’s letters once, with their bytes, until they are taken back', async () => {
    const recordId = randomUUID();
    const letter = letterOf(recordId, { projectId: randomUUID(), mode: 'test' });
    const letters = [letter, letterOf(recordId), letterOf(recordId, { projectId: randomUUID(), mode: 'live' })];
    await putDeadLetters(store, letters, recordId);
    await putDeadLetters(store, letters, `${recordId}#1`);
    expect(await deadLettered(recordId)).toEqual([recordId]);
    const kept = await lettersIn(recordId);
    expect(kept).toHaveLength(3);
    expect(kept.find(({ id }) => id === letter.id)).toEqual({
      id: letter.id,
      project: letter.owner?.projectId,
      mode: 'test',
      reason: letter.reason,
      bus_offset: letter.offset,
      headers: { schema: '1', xxh64: Buffer.from([0, 255, 10]).toString('base64') },
      value: Buffer.from(letter.value).toString('base64'),
      rows: 3,
      bytes: 5,
      request_ids: letter.requests.map(({ id }) => id),
      request_rows: [2],
    });
    await takeBackDeadLetters(store, recordId);
    expect(await deadLettered(recordId)).toEqual([]);
    expect((await lettersIn(recordId)).map(({ value }) => value)).toEqual(['', '', '']);
    await putDeadLetters(store, letters, `${recordId}#2`);
    expect(await deadLettered(recordId)).toEqual([recordId]);
  });

  it('puts all letters of a record in one part, however large, and those of another token not at all', async () => {
    const recordId = randomUUID();
    const value = randomBytes(3 * 1024 * 1024);
    const letters = Array.from({ length: 12 }, () => ({ ...letterOf(recordId), value }));
    await client.command({ query: 'SYSTEM STOP MERGES dead_letters' });
    await putDeadLetters(store, letters, recordId);
    await putDeadLetters(store, [letterOf(recordId)], recordId);
    expect(await lettersIn(recordId)).toHaveLength(12);
    const result = await client.query({
      query: 'SELECT uniqExact(_part) FROM dead_letters WHERE record_id = {recordId:UUID}',
      query_params: { recordId },
      format: 'JSONCompactEachRow',
    });
    expect(Number((await result.json<[string]>())[0]?.[0])).toBe(1);
    await client.command({ query: 'SYSTEM START MERGES dead_letters' });
  });

  it('reads letters of before they had projects as the operator’s', async () => {
    const id = randomUUID();
    await client.command({
      query: `INSERT INTO dead_letters (id, dead_at, reason, bus_partition, bus_offset, expires_on, rows, headers, value)
SELECT toUUID('${id}'), now64(3), 'old', 0, 1, '2100-01-01', 1, map(), 'bytes'`,
    });
    expect(await deadLettered(id)).toEqual([id]);
    expect(await lettersIn(id)).toMatchObject([{ id, project: '00000000-0000-0000-0000-000000000000', mode: '' }]);
  });

  it('a damaged block is stored or refused or counts as unanswered, and never makes a partition wait', async () => {
    const sound = block([randomUUID(), randomUUID()], 3);
    const damage = fc.array(fc.tuple(fc.nat(sound.byteLength - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        damage,
        fc.nat(sound.byteLength),
        fc.boolean(),
        fc.boolean(),
        async (flips, length, cut, beside) => {
          const bytes = Buffer.from(sound);
          for (const [at, mask] of flips) bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
          const frames = [zstdCompressSync(cut ? bytes.subarray(0, length) : bytes)];
          // Joined with another, where it can be read.
          if (beside) frames.push(frame([randomUUID()]));
          const failure = await insert(randomUUID(), frames).then(() => null, ingestFailure);
          const known = failure === null || failure.failure === 'refused' || failure.failure === 'no-answer';
          expect(known ? null : failure.reason).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
