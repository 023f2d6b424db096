// What every bus adapter must do, as vitest tests over an opener. Nothing in it asks for what Kafka could not give.
import { randomFillSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusConsumer, BusRecord, NewRecord, OwnedPartition, ReadOptions } from './bus.ts';

/** Storage of its own for one test, empty at first. */
export interface FreshBus {
  /** Opens the same storage again and again, also while an earlier bus on it is open. */
  open(): Bus;
  remove(): Promise<void>;
}

const MIB = 1024 * 1024;
const PARTITION = 0;
/** Long enough for a consumer group to form. */
const WAIT_MS = 15_000;

const now: ReadOptions = { bytesMax: 64 * MIB, recordsMax: 10_000, waitMs: 0 };
const waiting: ReadOptions = { ...now, waitMs: WAIT_MS };

/** Declares the suite. `openFresh` is called before each test. */
export function describeBusContract(name: string, openFresh: () => Promise<FreshBus>): void {
  describe(`bus contract: ${name}`, () => {
    const opened: Bus[] = [];
    let fresh: FreshBus;
    const open = () => {
      const bus = fresh.open();
      opened.push(bus);
      return bus;
    };
    beforeEach(async () => {
      fresh = await openFresh();
    });
    afterEach(async () => {
      for (const bus of opened.splice(0)) await bus.close();
      await fresh.remove();
    });
    describe('append and read', () => describeRecords(open));
    describe('waiting', () => describeWaiting(open));
    describe('consumer', () => describeConsumer(open));
    describe('dead letters', () => describeDeadLetters(open));
    describe('close', () => describeClose(open));
  });
}

function describeRecords(open: () => Bus): void {
  it('gives a record back as it was appended', async () => {
    const bus = open();
    const record = {
      headers: new Map([
        ['schema', Uint8Array.of(1)],
        ['request_ids', bytes(16 * 4096)],
        ['empty', new Uint8Array()],
      ]),
      value: bytes(1000),
    };
    const beforeMs = Date.now();
    await (await bus.producer()).append(PARTITION, record);
    const [read] = await readAll(bus, 1);
    expect(plain(read)).toEqual(plain(record));
    expect(read?.partition).toBe(PARTITION);
    expect(read?.appendedAtMs).toBeGreaterThanOrEqual(beforeMs - 1);
    expect(read?.appendedAtMs).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('keeps the order of appends, and offsets grow', async () => {
    const bus = open();
    const producer = await bus.producer();
    for (let n = 0; n < 20; n += 1) await producer.append(PARTITION, numbered(n));
    const records = await readAll(bus, 20);
    expect(records.map(numberOf)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(strictlyGrowing(records.map((record) => record.offset))).toBe(true);
  });

  it('stores every one of many concurrent appends, and lets their buffers be used again at once', async () => {
    const bus = open();
    const producer = await bus.producer();
    const value = new Uint8Array(4);
    const appends = Array.from({ length: 200 }, (_, n) => {
      new DataView(value.buffer).setUint32(0, n);
      return producer.append(PARTITION, { headers: new Map(), value });
    });
    expect(producer.bytesInFlight).toBeGreaterThan(0);
    await Promise.all(appends);
    expect(producer.bytesInFlight).toBe(0);
    const numbers = (await readAll(bus, 200)).map(numberOf).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it.each([0, 4 * MIB, 23 * MIB])('stores a value of %i bytes', async (size) => {
    const bus = open();
    const value = bytes(size);
    await (await bus.producer()).append(PARTITION, { headers: new Map(), value });
    const [read] = await readAll(bus, 1);
    expect(read?.value.byteLength).toBe(size);
    expect(Buffer.compare(read?.value ?? new Uint8Array(1), value)).toBe(0);
  });

  it('refuses a value of more than 24 MiB for good, and stores nothing of it', async () => {
    const bus = open();
    const producer = await bus.producer();
    const tooLarge = producer.append(PARTITION, { headers: new Map(), value: new Uint8Array(24 * MIB + 1) });
    await expect(tooLarge).rejects.toMatchObject({ failure: 'too-large' });
    await producer.append(PARTITION, numbered(1));
    expect((await readAll(bus, 1)).map(numberOf)).toEqual([1]);
  });

  it('stops at bytesMax and recordsMax, but gives at least one record', async () => {
    const bus = open();
    const producer = await bus.producer();
    for (let n = 0; n < 5; n += 1) await producer.append(PARTITION, { headers: new Map(), value: bytes(1000) });
    const reader = await bus.reader();
    const { earliest } = await reader.extent(PARTITION);
    const count = async (options: Partial<ReadOptions>) =>
      (await reader.read(PARTITION, earliest, { ...waiting, ...options })).length;
    expect(await count({ bytesMax: 1 })).toBe(1);
    expect(await count({ bytesMax: 2500 })).toBeLessThanOrEqual(2);
    expect(await count({ recordsMax: 3 })).toBeLessThanOrEqual(3);
  });

  it('reads again from any kept offset, in as many readers as wanted', async () => {
    const bus = open();
    const producer = await bus.producer();
    for (let n = 0; n < 4; n += 1) await producer.append(PARTITION, numbered(n));
    const records = await readAll(bus, 4);
    for (const [n, record] of records.entries()) {
      const reader = await bus.reader();
      const again = await reader.read(PARTITION, record.offset, { ...waiting, recordsMax: 1 });
      expect(again.map(numberOf)).toEqual([n]);
      await reader.close();
    }
    const reader = await bus.reader();
    const { earliest, next } = await reader.extent(PARTITION);
    expect(earliest).toBe(records[0]?.offset);
    expect(next).toBeGreaterThan(records[3]?.offset ?? Number.POSITIVE_INFINITY);
  });

  it('keeps its records and goes on with its offsets when opened again', async () => {
    const first = open();
    await (await first.producer()).append(PARTITION, numbered(1));
    await first.close();
    const second = open();
    await (await second.producer()).append(PARTITION, numbered(2));
    const records = await readAll(second, 2);
    expect(records.map(numberOf)).toEqual([1, 2]);
    expect(strictlyGrowing(records.map((record) => record.offset))).toBe(true);
  });

  it('is writable', async () => {
    const bus = open();
    expect(await bus.writable()).toBe(true);
    await bus.producer();
    expect(await bus.writable()).toBe(true);
  });
}

function describeWaiting(open: () => Bus): void {
  it('answers with nothing after waitMs, and at once without it', async () => {
    const reader = await open().reader();
    const { next } = await reader.extent(PARTITION);
    expect(await reader.read(PARTITION, next, now)).toEqual([]);
    const beganMs = performance.now();
    expect(await reader.read(PARTITION, next, { ...now, waitMs: 300 })).toEqual([]);
    expect(performance.now() - beganMs).toBeGreaterThan(250);
  });

  it('ends the wait when a record comes from another bus object', async () => {
    const reader = await open().reader();
    const producer = await open().producer();
    const { next } = await reader.extent(PARTITION);
    const read = reader.read(PARTITION, next, waiting);
    const beganMs = performance.now();
    await producer.append(PARTITION, numbered(7));
    expect((await read).map(numberOf)).toEqual([7]);
    expect(performance.now() - beganMs).toBeLessThan(WAIT_MS / 3);
  });

  it('ends the wait when the signal aborts, and when the bus closes', async () => {
    const bus = open();
    const reader = await bus.reader();
    const { next } = await reader.extent(PARTITION);
    const abort = new AbortController();
    const aborted = reader.read(PARTITION, next, { ...waiting, signal: abort.signal });
    abort.abort();
    expect(await aborted).toEqual([]);
    const closed = reader.read(PARTITION, next, waiting);
    await bus.close();
    expect(await closed).toEqual([]);
  });
}

function describeConsumer(open: () => Bus): void {
  it('begins without a position, commits one, and goes on from it in the next process', async () => {
    const first = open();
    const producer = await first.producer();
    for (let n = 0; n < 5; n += 1) await producer.append(PARTITION, numbered(n));
    const consumer = await first.consumer();
    const owned = await serve(consumer);
    expect(await owned.committed()).toBeNull();
    const { earliest } = await (await first.reader()).extent(PARTITION);
    const records = await readFrom((from) => owned.read(from, waiting), earliest, 5);
    const third = records[2]?.offset ?? 0;
    await owned.commit(third + 1);
    expect(await owned.committed()).toBe(third + 1);
    await first.close();
    expect(owned.lost.aborted).toBe(true);

    const again = await serve(await open().consumer());
    const position = await again.committed();
    expect(position).toBe(third + 1);
    expect((await readFrom((from) => again.read(from, waiting), third + 1, 2)).map(numberOf)).toEqual([3, 4]);
  });

  it('delivers a record again that was read and not committed', async () => {
    const first = open();
    await (await first.producer()).append(PARTITION, numbered(1));
    const { earliest } = await (await first.reader()).extent(PARTITION);
    const owned = await serve(await first.consumer());
    expect((await owned.read(earliest, waiting)).map(numberOf)).toEqual([1]);
    await first.close();
    const again = await serve(await open().consumer());
    expect(await again.committed()).toBeNull();
    expect((await again.read(earliest, waiting)).map(numberOf)).toEqual([1]);
  });

  it('is not disturbed by readers, which see consumed records too', async () => {
    const bus = open();
    await (await bus.producer()).append(PARTITION, numbered(1));
    const [record] = await readAll(bus, 1);
    const owned = await serve(await bus.consumer());
    const next = (record?.offset ?? 0) + 1;
    await owned.commit(next);
    expect((await readAll(bus, 1)).map(numberOf)).toEqual([1]);
    expect(await owned.committed()).toBe(next);
  });

  it('tells its lag', async () => {
    const bus = open();
    const producer = await bus.producer();
    for (let n = 0; n < 3; n += 1) await producer.append(PARTITION, numbered(n));
    const consumer = await bus.consumer();
    const owned = await serve(consumer);
    const lag = async () => (await consumer.lag()).find(({ partition }) => partition === PARTITION)?.records;
    expect(await lag()).toBe(3);
    const records = await readAll(bus, 3);
    await owned.commit((records[1]?.offset ?? 0) + 1);
    expect(await lag()).toBe(1);
    await owned.commit((records[2]?.offset ?? 0) + 1);
    expect(await lag()).toBe(0);
  });

  it('refuses a commit when the partition is lost', async () => {
    const bus = open();
    const owned = await serve(await bus.consumer());
    await bus.close();
    await expect(owned.commit(1)).rejects.toMatchObject({ failure: 'lost' });
  });
}

function describeDeadLetters(open: () => Bus): void {
  it('keeps a record with its reason, once, until it is removed', async () => {
    const bus = open();
    const producer = await bus.producer();
    await producer.append(PARTITION, numbered(1));
    await producer.append(PARTITION, numbered(2));
    const [one, two] = await readAll(bus, 2);
    if (one === undefined || two === undefined) throw new Error('two records were appended');
    const dead = await bus.deadLetters();
    await dead.append(one, 'checksum');
    await dead.append(two, 'no header rows');
    await dead.append(one, 'checksum');
    await bus.close();

    const again = await open().deadLetters();
    const kept = await again.list(10);
    expect(kept.map((record) => record.reason).sort()).toEqual(['checksum', 'no header rows']);
    const first = kept.find((record) => record.reason === 'checksum');
    expect(plain(first)).toEqual(plain(one));
    expect(first).toMatchObject({ partition: one.partition, offset: one.offset, appendedAtMs: one.appendedAtMs });
    expect(Math.abs((first?.deadAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await again.list(1)).toHaveLength(1);
    await again.remove(one.partition, one.offset);
    expect((await again.list(10)).map(numberOf)).toEqual([2]);
  });
}

function describeClose(open: () => Bus): void {
  it('finishes the appends under way and refuses later ones; twice is once', async () => {
    const bus = open();
    const producer = await bus.producer();
    const appends = Array.from({ length: 20 }, (_, n) => producer.append(PARTITION, numbered(n)));
    await Promise.all([bus.close(), bus.close()]);
    await Promise.all(appends);
    await expect(producer.append(PARTITION, numbered(1))).rejects.toMatchObject({ failure: 'closed' });
    await expect(bus.producer()).rejects.toMatchObject({ failure: 'closed' });
    expect(await bus.writable()).toBe(false);
    await bus.close();
    expect(await readAll(open(), 20)).toHaveLength(20);
  });
}

/** Takes the partition from the consumer; it is served until it is lost. */
function serve(consumer: BusConsumer): Promise<OwnedPartition> {
  return new Promise((resolve) => {
    consumer.run(async (owned) => {
      if (owned.partition === PARTITION) resolve(owned);
      if (!owned.lost.aborted) {
        await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
      }
    });
  });
}

/** The first `count` records that are kept. */
async function readAll(bus: Bus, count: number): Promise<BusRecord[]> {
  const reader = await bus.reader();
  const { earliest } = await reader.extent(PARTITION);
  const records = await readFrom((from) => reader.read(PARTITION, from, waiting), earliest, count);
  await reader.close();
  return records;
}

/** A read may give fewer records than there are; this goes on until it has `count`, or nothing comes. */
async function readFrom(
  read: (from: number) => Promise<readonly BusRecord[]>,
  from: number,
  count: number,
): Promise<BusRecord[]> {
  const records: BusRecord[] = [];
  while (records.length < count) {
    const more = await read((records.at(-1)?.offset ?? from - 1) + 1);
    if (more.length === 0) throw new Error(`only ${records.length} of ${count} records came`);
    records.push(...more);
  }
  return records;
}

function numbered(n: number): NewRecord {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, n);
  return { headers: new Map([['n', value]]), value };
}

function numberOf(record: NewRecord): number {
  return new DataView(record.value.buffer, record.value.byteOffset, 4).getUint32(0);
}

function bytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

/** Comparable, whatever kind of byte array an adapter uses. */
function plain(record: NewRecord | undefined) {
  const text = (part: Uint8Array) => Buffer.from(part).toString('hex');
  return (
    record && { headers: [...record.headers].map(([name, value]) => [name, text(value)]), value: text(record.value) }
  );
}

function strictlyGrowing(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? number));
}
