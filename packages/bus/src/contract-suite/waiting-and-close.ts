// Contract suite: reads that wait, and the end.
import { expect, it } from 'vitest';
import type { Bus } from '../bus.ts';
import { now, numbered, numberOf, PARTITION, readAll, WAIT_MS, waiting } from './support.ts';

export function describeWaiting(open: () => Bus): void {
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

export function describeClose(open: () => Bus): void {
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
