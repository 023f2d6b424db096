import { describe, expect, it } from 'vitest';
import { GATHER_MAX_MS, GATHER_MS } from './limits.ts';
import { createWorkload } from './workload.ts';

describe('workload', () => {
  it('waits longer where several partitions are at work, within bounds', () => {
    const workload = createWorkload();
    expect(workload.gatherMs()).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs()).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs()).toBe(Math.min(2 * GATHER_MS, GATHER_MAX_MS));
    for (let more = 0; more < 10; more++) workload.joined();
    expect(workload.gatherMs()).toBe(GATHER_MAX_MS);
    for (let gone = 0; gone < 11; gone++) workload.left();
    expect(workload.gatherMs()).toBe(GATHER_MS);
  });

  it('waits no longer than one partition would where inserts are slow, and longer again when they are not', () => {
    const workload = createWorkload();
    for (let partitions = 0; partitions < 6; partitions++) workload.joined();
    for (let inserts = 0; inserts < 50; inserts++) workload.inserted(400);
    expect(workload.gatherMs()).toBe(GATHER_MS);
    for (let inserts = 0; inserts < 50; inserts++) workload.inserted(50);
    expect(workload.gatherMs()).toBeCloseTo(GATHER_MAX_MS - 100, 0);
  });

  it('does not count a partition that rests, and does again when its read has ended', async () => {
    const workload = createWorkload();
    workload.joined();
    workload.joined();
    await workload.resting(async () => expect(workload.gatherMs()).toBe(GATHER_MS));
    await workload.resting(() => Promise.reject(new Error('cut off'))).catch(() => undefined);
    expect(workload.gatherMs()).toBe(GATHER_MAX_MS);
  });
});
