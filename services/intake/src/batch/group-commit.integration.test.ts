// Group commit onto a real bus, whose appends are held or failed from outside.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, BusError, type BusProducer, openBus } from '@sazabi/bus';
import { decodeRecord, REQUEST_IDS_MAX, type RecordMeta, requestIdOf } from '@sazabi/log-record';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBytesBudget } from '../bytes-budget.ts';
import { BATCH_BYTES_MAX, BATCH_ROWS_MAX, WAITING_BYTES_MAX } from '../limits.ts';
import { source, submission } from '../testing/submission.ts';
import type { AppendReport } from './append-batch.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import type { AppendFailure } from './open-batch.ts';

let folder: string;
let bus: Bus;
let commit: GroupCommit<string>;
let settled: [string, AppendFailure][];
let appends: AppendReport[];
let waitingBytes: ReturnType<typeof createBytesBudget>;
/** While set, appends wait for it before they reach the bus. */
let gate: Promise<void> | null;
let partitions: number[];
let failWith: BusError | null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-commit-'));
  bus = openBus(`lmdb:${folder}`);
  [settled, appends, partitions] = [[], [], []];
  gate = null;
  failWith = null;
  waitingBytes = createBytesBudget(WAITING_BYTES_MAX);
  commit = createGroupCommit<string>({
    producer: held(await bus.producer(), 1),
    waitingBytes,
    settle: (waiter, failure) => settled.push([waiter, failure]),
    appended: (append) => appends.push(append),
  });
});
afterEach(async () => {
  await bus.close();
  rmSync(folder, { recursive: true });
});

/** The real producer behind a gate; with more partitions than it has, all go to its one. */
function held(producer: BusProducer, partitionCount: number, gateOf = () => gate): BusProducer {
  return {
    partitions: partitionCount,
    get bytesInFlight() {
      return producer.bytesInFlight;
    },
    close: () => producer.close(),
    async append(partition, record) {
      partitions.push(partition);
      const copy = { headers: record.headers, value: Uint8Array.from(record.value) };
      await gateOf();
      if (failWith !== null) throw failWith;
      await producer.append(0, copy);
    },
  };
}

function openGate(): () => void {
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 1 });

async function metas(): Promise<RecordMeta[]> {
  const reader = await bus.reader();
  const records = await reader.read(0, 0, { bytesMax: 2 ** 30, recordsMax: 10_000, waitMs: 0 });
  await reader.close();
  return records.map((record) => {
    const decoded = decodeRecord(record);
    if (!decoded.ok) throw new Error(decoded.reason);
    return decoded.meta;
  });
}

describe('group commit', () => {
  it('settles in a turn of its own, also where the bus confirms within the call that closes a batch', async () => {
    const producer = { partitions: 1, bytesInFlight: 0, append: async () => undefined, close: async () => undefined };
    const settle = (...one: [string, AppendFailure]) => settled.push(one);
    const quick = createGroupCommit<string>({ producer, waitingBytes, settle, appended: () => undefined });
    quick.submit(submission(['a']), 'first');
    const body = Buffer.concat([Buffer.from('{"message":"b"}'), Buffer.alloc(BATCH_BYTES_MAX, ' ')]);
    quick.submit(submission([], { body }), 'closes the first');
    // All that is run before the event loop goes on: here the handler of a request would not have returned.
    for (let at = 0; at < 100; at += 1) await Promise.resolve();
    expect(settled).toEqual([]);
    await quick.drained();
    expect(settled).toHaveLength(2);
  });

  it('settles when the record is durable, never within the call; requests of one moment share it', async () => {
    commit.submit(submission(['a']), 'first');
    commit.submit(submission(['b', 'c']), 'second');
    expect(settled).toEqual([]);
    await commit.drained();
    expect(settled).toEqual([
      ['first', null],
      ['second', null],
    ]);
    expect(await metas()).toMatchObject([{ rows: 3, ownRows: 3, requestIds: [] }]);
    expect(waitingBytes.usedBytes).toBe(0);
  });

  it('while one append is under way the next batch fills, and leaves when that is done', async () => {
    const open = openGate();
    commit.submit(submission(['a']), '0');
    await until(() => expect(partitions).toHaveLength(1));
    for (let request = 1; request <= 50; request += 1) commit.submit(submission(['b']), String(request));
    expect(waitingBytes.usedBytes).toBeGreaterThan(0);
    expect(partitions).toHaveLength(1);
    open();
    await commit.drained();
    expect((await metas()).map(({ rows }) => rows)).toEqual([1, 50]);
    expect(settled.map(([waiter]) => waiter)).toEqual(Array.from({ length: 51 }, (_, request) => String(request)));
  });

  it('a full batch does not wait for the one under way, and no request is cut', async () => {
    const open = openGate();
    commit.submit(submission(['a']), 'under way');
    await until(() => expect(partitions).toHaveLength(1));
    const third = Array.from({ length: Math.floor(BATCH_ROWS_MAX / 3) + 1 }, () => 'x');
    for (const waiter of ['1', '2', '3']) commit.submit(submission(third), waiter);
    await until(() => expect(partitions).toHaveLength(2));
    open();
    await commit.drained();
    expect((await metas()).map(({ rows }) => rows)).toEqual([1, 2 * third.length, third.length]);
  });

  it('a batch closes before a request that would take it over 1 MiB; one alone may pass it', async () => {
    const open = openGate();
    commit.submit(submission(['a']), 'under way');
    await until(() => expect(partitions).toHaveLength(1));
    const quarters = (count: number) => submission(Array.from({ length: 2 * count }, () => 'm'.repeat(131_072)));
    commit.submit(quarters(3), 'three');
    commit.submit(quarters(2), 'two');
    commit.submit(quarters(9), 'nine');
    open();
    await commit.drained();
    // The largest is compressed in a thread: they come out in any order.
    expect((await metas()).map(({ rows }) => rows).sort((one, other) => one - other)).toEqual([1, 4, 6, 18]);
    expect(waitingBytes.usedBytes).toBe(0);
  });

  it(`holds ${REQUEST_IDS_MAX} requests with an id, and the next begins another`, async () => {
    const open = openGate();
    commit.submit(submission(['a']), 'under way');
    await until(() => expect(partitions).toHaveLength(1));
    for (let request = 0; request <= REQUEST_IDS_MAX; request += 1) {
      const requestId = requestIdOf(source.projectId, 'live', `key ${request}`);
      commit.submit(submission(['b'], { requestId }), String(request));
    }
    open();
    await commit.drained();
    expect((await metas()).map(({ requestIds }) => requestIds.length)).toEqual([0, REQUEST_IDS_MAX, 1]);
  });

  it('a repeat of what is open or under way adds no rows and is settled with it', async () => {
    const open = openGate();
    const requestId = requestIdOf(source.projectId, 'live', 'again');
    const first = commit.submit(submission(['a'], { requestId }), 'original');
    expect(commit.submit(submission(['a'], { requestId }), 'while open')).toBe(first);
    await until(() => expect(partitions).toHaveLength(1));
    expect(commit.submit(submission(['other body'], { requestId }), 'under way')).toBe(first);
    open();
    await commit.drained();
    expect(settled.map(([waiter]) => waiter)).toEqual(['original', 'while open', 'under way']);
    expect(await metas()).toMatchObject([{ rows: 1, ownRows: 0 }]);
    commit.submit(submission(['a'], { requestId }), 'later');
    await commit.drained();
    expect(await metas()).toHaveLength(2);
  });

  it('ordinals of own rows run on through a record; those of a request with an id begin at 0', async () => {
    const requestId = requestIdOf(source.projectId, 'live', 'between');
    const one = commit.submit(submission(['a', 'b']), '1');
    const between = commit.submit(submission(['c'], { requestId }), '2');
    const two = commit.submit(submission(['d']), '3');
    expect([one, between, two].map((filed) => Object(filed).firstOrdinal)).toEqual([0, 0, 2]);
    expect(Object(two).storedId).toBe(Object(one).storedId);
    expect(Object(between).storedId).toBe(requestId);
    await commit.drained();
  });

  it('a request of which nothing is accepted waits for nothing and leaves no record, and its id is free', async () => {
    const changes = { requestId: requestIdOf(source.projectId, 'live', 'nothing') };
    const filed = commit.submit(submission([undefined, null], changes), 'nobody');
    expect(filed).toMatchObject({ accepted: 0, rejectedCount: 2 });
    await commit.drained();
    expect([settled, await metas()]).toEqual([[], []]);
    expect(commit.submit(submission(['a'], changes), 'mended')).toMatchObject({ accepted: 1 });
    await commit.drained();
  });

  it('many days leave together, each in a record of its own', async () => {
    for (let day = 0; day < 200; day += 1)
      commit.submit(submission(['a'], { expiresOnDay: 21_000 + day }), String(day));
    await commit.drained();
    expect(new Set((await metas()).map(({ expiresOnDay }) => expiresOnDay)).size).toBe(200);
    expect(settled).toHaveLength(200);
  });

  it('a day of few requests leaves within two appends of a day whose batches are always full', async () => {
    const letGo: (() => void)[] = [];
    const rounds = createGroupCommit<string>({
      producer: held(await bus.producer(), 1, () => new Promise((resolve) => letGo.push(resolve))),
      waitingBytes,
      settle: (waiter, failure) => settled.push([waiter, failure]),
      appended: (append) => appends.push(append),
    });
    const half = Array.from({ length: BATCH_ROWS_MAX / 2 }, () => 'x');
    const fill = (waiter: string) => {
      for (let request = 0; request < 2; request += 1) rounds.submit(submission(half), waiter);
    };
    fill('busy 0');
    rounds.submit(submission(['a'], { expiresOnDay: 21_001 }), 'other day');
    // Large blocks are compressed in threads: without this the next could be the first to come out.
    await until(() => expect(letGo).toHaveLength(1));
    for (let round = 0; round < 2; round += 1) {
      fill(`busy ${round + 1}`);
      await until(() => expect(letGo).toHaveLength(round + 2));
      letGo[round]?.();
      await until(() => expect(appends).toHaveLength(round + 1));
    }
    await until(() => expect(letGo).toHaveLength(4));
    letGo[3]?.();
    await until(() =>
      expect([...new Set(settled.map(([waiter]) => waiter))]).toEqual(['busy 0', 'busy 1', 'other day']),
    );
    letGo[2]?.();
    await rounds.drained();
    expect((await metas()).map(({ rows }) => rows)).toEqual([BATCH_ROWS_MAX, BATCH_ROWS_MAX, 1, BATCH_ROWS_MAX]);
  });

  it('a failed append fails its own requests alone, and nothing of it is remembered', async () => {
    const requestId = requestIdOf(source.projectId, 'live', 'failing');
    failWith = new BusError('full', 'full');
    commit.submit(submission(['a'], { requestId }), 'failed');
    await commit.drained();
    failWith = null;
    commit.submit(submission(['a'], { requestId }), 'stored');
    await commit.drained();
    expect(settled).toEqual([
      ['failed', expect.objectContaining({ failure: 'full' })],
      ['stored', null],
    ]);
    expect(await metas()).toHaveLength(1);
    expect(waitingBytes.usedBytes).toBe(0);
  });

  it('an id decides its partition, the same in every repeat; others share one at a time', async () => {
    const many = createGroupCommit<string>({
      producer: held(await bus.producer(), 6),
      waitingBytes,
      settle: () => undefined,
      appended: () => undefined,
    });
    const seen = new Map<string, Set<number>>();
    for (let round = 0; round < 3; round += 1) {
      for (let key = 0; key < 20; key += 1) {
        partitions = [];
        many.submit(submission(['a'], { requestId: requestIdOf(source.projectId, 'live', String(key)) }), '');
        await many.drained();
        const [partition = -1] = partitions;
        seen.set(String(key), (seen.get(String(key)) ?? new Set()).add(partition));
      }
    }
    expect([...seen.values()].every((found) => found.size === 1)).toBe(true);
    expect(new Set([...seen.values()].flatMap((found) => [...found])).size).toBeGreaterThan(3);
    partitions = [];
    for (let request = 0; request < 10; request += 1) many.submit(submission(['a']), '');
    await many.drained();
    expect(partitions).toHaveLength(1);
  });
});
