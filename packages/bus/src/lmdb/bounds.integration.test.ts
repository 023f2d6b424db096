// I6 at the bus: what is kept is bounded, given back as the consumer commits, and the file does not grow without end.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, BusConsumer, OwnedPartition } from '../bus.ts';
import { type BusOptions, openBus } from '../open-bus.ts';

const MIB = 1024 * 1024;

let folder: string;
let bus: Bus;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-bus-bounds-'));
});
afterEach(async () => {
  await bus.close();
  await rm(folder, { recursive: true });
});

const open = (options: BusOptions) => {
  bus = openBus(`lmdb:${folder}`, options);
  return bus;
};
const record = (byteLength: number) => ({ headers: new Map(), value: Buffer.alloc(byteLength, 7) });
const extent = async () => (await bus.reader()).extent(0);

describe('I6: the bound', () => {
  it('refuses a record past bytesMax before anything is written, and takes it after a commit', async () => {
    open({ bytesMax: 4 * MIB });
    const producer = await bus.producer();
    for (let n = 0; n < 3; n += 1) await producer.append(0, record(MIB));
    const { next } = await extent();
    await expect(producer.append(0, record(MIB))).rejects.toMatchObject({ failure: 'full' });
    expect((await extent()).next).toBe(next);
    await producer.append(0, record(MIB / 2));

    const owned = await serve(await bus.consumer());
    await owned.commit(next);
    await producer.append(0, record(2 * MIB));
  });

  it('counts records under way, and is exact to the page', async () => {
    open({ bytesMax: 4 * MIB });
    const producer = await bus.producer();
    const page = 4096;
    // A frame has 3 bytes of its own, and an entry of the tree around 48.
    const exact = record(MIB - page);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => producer.append(0, exact)));
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(4).fill('fulfilled'), 'rejected']);
  });

  it('is not writable when full, and is again after a commit', async () => {
    open({ bytesMax: MIB });
    const producer = await bus.producer();
    await producer.append(0, record(MIB - 4096));
    expect(await bus.writable()).toBe(false);
    const owned = await serve(await bus.consumer());
    await owned.commit((await extent()).next);
    expect(await bus.writable()).toBe(true);
  });

  it('takes a record after everything is consumed, however little room the newest one leaves', async () => {
    open({ bytesMax: MIB });
    const producer = await bus.producer();
    const owned = await serve(await bus.consumer());
    for (let n = 0; n < 5; n += 1) {
      await producer.append(0, record(MIB - 8192));
      await owned.commit((await extent()).next);
    }
  });

  it('counts what an earlier process left', async () => {
    open({ bytesMax: 2 * MIB });
    await (await bus.producer()).append(0, record(1.5 * MIB));
    await bus.close();
    open({ bytesMax: 2 * MIB });
    await expect((await bus.producer()).append(0, record(MIB))).rejects.toMatchObject({ failure: 'full' });
  });
});

describe('retention', () => {
  it('keeps consumed records for keepConsumedMs, and never deletes what is not consumed', async () => {
    open({ keepConsumedMs: 2_000 });
    const producer = await bus.producer();
    for (let n = 0; n < 10; n += 1) await producer.append(0, record(100));
    const { earliest, next } = await extent();
    const owned = await serve(await bus.consumer());
    const committedAtMs = performance.now();
    await owned.commit(next - 3);
    await expect.poll(async () => (await extent()).earliest, { timeout: 15_000 }).toBe(next - 3);
    expect(performance.now() - committedAtMs).toBeGreaterThan(1_900);
    expect(earliest).toBe(next - 10);
  });

  it('keeps at most keepConsumedBytesMax of them', async () => {
    open({ keepConsumedBytesMax: MIB });
    const producer = await bus.producer();
    for (let n = 0; n < 20; n += 1) await producer.append(0, record(100_000));
    const { next } = await extent();
    const owned = await serve(await bus.consumer());
    await owned.commit(next);
    await expect.poll(async () => (await extent()).earliest, { timeout: 10_000 }).toBe(next - 10);
  });

  it('goes on with its offsets when everything was consumed and deleted', async () => {
    open({ keepConsumedMs: 0, keepConsumedBytesMax: 0 });
    await (await bus.producer()).append(0, record(100));
    await (await bus.producer()).append(0, record(100));
    const { next } = await extent();
    await (await serve(await bus.consumer())).commit(next);
    await expect.poll(async () => (await extent()).earliest, { timeout: 10_000 }).toBe(next - 1);
    await bus.close();
    open({});
    await (await bus.producer()).append(0, record(100));
    expect((await extent()).next).toBe(next + 1);
  });

  it('uses its pages again: 600 MB of mixed sizes through a bound of 50 MB leave a file of that size', async () => {
    const bytesMax = 50_000_000;
    open({ bytesMax, keepConsumedBytesMax: 10_000_000 });
    const producer = await bus.producer();
    const owned = await serve(await bus.consumer());
    for (let round = 0; round < 200; round += 1) {
      const sizes = [100, 4_000, 30_000, 700_000, 2_300_000].map((size) => size + ((round * 7919) % size));
      await Promise.all(sizes.map((size) => producer.append(0, record(Math.min(size, 3_000_000)))));
      await owned.commit((await extent()).next);
    }
    const { size } = await stat(join(folder, 'records', 'data.mdb'));
    // How far deletion lags behind is a matter of scheduling; without reuse the file would hold all 600 MB.
    expect(size).toBeLessThan(bytesMax * 2);
  });
});

function serve(consumer: BusConsumer): Promise<OwnedPartition> {
  return new Promise((resolve) => {
    consumer.run(async (owned) => {
      resolve(owned);
      await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
    });
  });
}
