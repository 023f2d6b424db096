// The spool before a real LMDB bus that refuses records for being full, until its consumer has made room.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, BusError, type BusProducer, type NewRecord } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import { type SpoolingBus, withSpool } from './spool.ts';
import type { SpoolEvent } from './spool-events.ts';

const MIB = 1024 * 1024;
const soon = { timeout: 30_000, interval: 5 };

let folder: string;
let events: SpoolEvent[];
const opened: Bus[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-spool-'));
  events = [];
});
afterEach(async () => {
  for (const bus of opened.splice(0)) await bus.close();
  await rm(folder, { recursive: true });
});

/** The target: it takes about ten records of 100 kB before its consumer must make room. */
const openTarget = () => keep(openBus(`lmdb:${folder}/target`, { bytesMax: MIB, keepConsumedBytesMax: 0 }));
const openSpool = (target: Bus, bytesMax = 64 * MIB): SpoolingBus =>
  keep(withSpool(target, { folder: join(folder, 'spool'), bytesMax, report: (event) => events.push(event) }));

function keep<T extends Bus>(bus: T): T {
  opened.push(bus);
  return bus;
}

function record(n: number): NewRecord {
  return { headers: new Map([['n', Buffer.from(String(n))]]), value: Buffer.alloc(100_000, n) };
}

const numberOf = (found: NewRecord) => Number(Buffer.from(found.headers.get('n') ?? []).toString());
const kinds = () => events.map(({ kind }) => kind);

/** Reads and commits what comes to the target, from now on; the numbers of its records, in order. */
async function consumeFrom(bus: Bus): Promise<number[]> {
  const seen: number[] = [];
  const consumer = await bus.consumer();
  consumer.run(async (owned) => {
    let position = (await owned.committed()) ?? 0;
    while (!owned.lost.aborted) {
      const found = await owned.read(position, { bytesMax: MIB, recordsMax: 100, waitMs: 1_000 }).catch(() => []);
      for (const { headers, value, offset } of found) {
        expect([...headers.keys()]).toEqual(['n']);
        seen.push(numberOf({ headers, value }));
        position = offset + 1;
      }
      if (found.length > 0 && !owned.lost.aborted) await owned.commit(position);
    }
  });
  return seen;
}

async function appendUpTo(producer: BusProducer, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) await producer.append(0, record(n));
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a target that refuses records', () => {
  it('they are spooled, sent on in order while more come, and then go straight again', async () => {
    const spool = openSpool(openTarget());
    const producer = await spool.producer();
    await appendUpTo(producer, 0, 50);
    expect(await spool.state()).toMatchObject({ way: 'spool' });
    expect((await spool.state()).oldestAtMs).toBeGreaterThan(Date.now() - 60_000);
    expect(kinds()).toEqual(['outage-began']);

    const seen = await consumeFrom(spool);
    await appendUpTo(producer, 50, 100);
    await expect.poll(async () => (await spool.state()).way, soon).toBe('direct');
    await producer.append(0, record(100));
    await expect.poll(() => seen, soon).toHaveLength(101);
    expect(seen).toEqual(upTo(101));
    expect(kinds()).toEqual(['outage-began', 'drained']);
    const { appendedDirect, appendedSpooled, drained, records, bytes } = await spool.state();
    expect(appendedDirect + appendedSpooled).toBe(101);
    expect({ drained, records, bytes }).toEqual({ drained: appendedSpooled, records: 0, bytes: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'drained', records: appendedSpooled });
  });

  it('a full spool refuses, and takes records again when some were sent on', async () => {
    const spool = openSpool(openTarget(), 2 * MIB);
    const producer = await spool.producer();
    let taken = 0;
    let fillers = 0;
    const failure = await (async () => {
      for (; ; taken += 1) await producer.append(0, record(taken));
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ failure: 'full' });
    expect(taken).toBeGreaterThan(20);
    // Less than a record's room is left; small ones fill it to the last page.
    const small = { headers: record(-1).headers, value: Buffer.alloc(100_000) };
    for (let size = 50_000; size > 1000; size /= 2) {
      const filler = { ...small, value: small.value.subarray(0, size) };
      while (
        await producer.append(0, filler).then(
          () => true,
          () => false,
        )
      )
        fillers += 1;
    }
    expect(await spool.notWritable()).toMatchObject({
      kind: 'full',
      why: expect.stringContaining('bytes that it may'),
    });
    expect(await spool.writable()).toBe(false);
    const seen = await consumeFrom(spool);
    await expect.poll(() => spool.writable(), soon).toBe(true);
    await expect.poll(() => producer.append(0, record(taken)).then(() => 'taken', String), soon).toBe('taken');
    const numbers = [...upTo(taken), ...Array(fillers).fill(-1), taken];
    await expect.poll(() => seen, soon).toHaveLength(numbers.length);
    expect(seen).toEqual(numbers);
  });

  it('a record that neither takes may have reached the target: it is not called refused', async () => {
    const target = openTarget();
    const spool = openSpool(target, MIB / 16);
    const producer = await spool.producer();
    const failures: unknown[] = [];
    for (let n = 0; n < 15; n += 1) await producer.append(0, record(n)).catch((error: unknown) => failures.push(error));
    expect(failures[0]).toMatchObject({ failure: 'unavailable' });
    expect(failures[1]).toMatchObject({ failure: 'full' });
  });

  it('what an earlier process has left is sent first', async () => {
    const first = openSpool(openTarget());
    await appendUpTo(await first.producer(), 0, 30);
    await first.close();
    events = [];

    const again = openSpool(openTarget());
    const producer = await again.producer();
    await producer.append(0, record(30));
    const seen = await consumeFrom(again);
    await expect.poll(() => kinds().at(-1), soon).toBe('drained');
    await producer.append(0, record(31));
    await expect.poll(() => seen, soon).toEqual(upTo(32));
    expect(kinds().slice(0, 2)).toEqual(['backlog-found', 'outage-began']);
  });
});

describe('a target that is away', () => {
  /** A bus that cannot be opened while `isAway`; the real one else. */
  const openAway = (isAway: () => boolean): Bus => {
    const target = openTarget();
    const producer = async () => {
      if (isAway()) throw new BusError('unavailable', 'away');
      return target.producer();
    };
    return { ...target, producer };
  };

  it('once its partitions were known, records are spooled from the start', async () => {
    await openSpool(openTarget())
      .producer()
      .then((producer) => producer.append(0, record(0)));
    await opened.splice(0).at(-1)?.close();

    let isAway = true;
    const spool = openSpool(openAway(() => isAway));
    const producer = await spool.producer();
    expect(producer.partitions).toBe(1);
    await appendUpTo(producer, 1, 5);
    expect(await spool.writable()).toBe(true);
    const seen = await consumeFrom(spool);
    isAway = false;
    await expect.poll(() => seen, soon).toEqual(upTo(5));
    await expect.poll(kinds, soon).toEqual(['outage-began', 'drained']);
  });

  it('a first try that takes long: records are spooled before it fails, and what it fails with is told', async () => {
    await openSpool(openTarget()).producer();
    await opened.splice(0).at(-1)?.close();

    const target = openTarget();
    let fail: (error: BusError) => void = () => undefined;
    const tries = [new Promise<BusProducer>((_resolve, reject) => (fail = reject))];
    const spool = openSpool({ ...target, producer: () => tries.shift() ?? target.producer() });
    await appendUpTo(await spool.producer(), 0, 2);
    expect(events).toEqual([]);
    fail(new BusError('unavailable', 'ECONNREFUSED 10.0.0.1:9092'));
    await expect.poll(kinds, soon).toEqual(['outage-began', 'drained']);
    expect(events[0]).toMatchObject({ why: { message: 'ECONNREFUSED 10.0.0.1:9092' } });
  });

  it('never known: the producer comes when the target does', async () => {
    let isAway = true;
    const spool = openSpool(openAway(() => isAway));
    await spool.open();
    const coming = spool.producer();
    await expect.poll(kinds, soon).toEqual(['outage-began']);
    expect(await spool.writable()).toBe(false);
    expect(await spool.notWritable()).toEqual({ kind: 'unreached', why: 'away' });
    isAway = false;
    await (await coming).append(0, record(0));
    await expect.poll(kinds, soon).toEqual(['outage-began', 'drained']);
    expect(await spool.writable()).toBe(true);
  });

  it('never known, and closed: the wait ends', async () => {
    const spool = openSpool(openAway(() => true));
    const coming = spool.producer();
    await expect.poll(kinds, soon).toEqual(['outage-began']);
    await Promise.all([expect(coming).rejects.toMatchObject({ failure: 'closed' }), spool.close()]);
  });
});
