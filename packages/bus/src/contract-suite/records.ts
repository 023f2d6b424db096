// Contract suite: what is appended is what is read, in order, within limits.
import { expect, it } from 'vitest';
import type { Bus, ReadOptions } from '../bus.ts';
import { bytes, MIB, numbered, numberOf, PARTITION, plain, readAll, strictlyGrowing, waiting } from './support.ts';

export function describeRecords(open: () => Bus): void {
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
