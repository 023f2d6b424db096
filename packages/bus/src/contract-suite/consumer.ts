// Contract suite: position, redelivery, lag, and dead letters.
import { expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import { numbered, numberOf, PARTITION, plain, readAll, readFrom, serve, waiting } from './support.ts';

export function describeConsumer(open: () => Bus): void {
  it('begins without a position, commits one, and goes on from it in the next process', async () => {
    const first = open();
    const producer = await first.producer();
    for (let n = 0; n < 5; n += 1) await producer.append(PARTITION, numbered(n));
    const consumer = await first.consumer();
    const owned = await serve(consumer);
    expect(await owned.committed()).toBeNull();
    const reader = await first.reader();
    expect(await reader.committed(PARTITION)).toBeNull();
    const { earliest } = await reader.extent(PARTITION);
    const records = await readFrom((from) => owned.read(from, waiting), earliest, 5);
    const third = records[2]?.offset ?? 0;
    await owned.commit(third + 1);
    expect(await owned.committed()).toBe(third + 1);
    expect(await reader.committed(PARTITION)).toBe(third + 1);
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

export function describeDeadLetters(open: () => Bus): void {
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
