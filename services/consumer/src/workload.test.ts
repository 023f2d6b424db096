import { describe, expect, it } from 'vitest';
import { FRESH_MS, GATHER_LESS_ROWS, GATHER_MAX_MS, GATHER_MIN_MS, GATHER_MORE_ROWS, GATHER_MS } from './limits.ts';
import { createWorkload } from './workload.ts';

describe('workload', () => {
  it('waits longer where several partitions are at work', () => {
    const workload = createWorkload();
    expect(workload.gatherMs()).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs()).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs()).toBe(GATHER_MAX_MS);
    workload.left();
    expect(workload.gatherMs()).toBe(GATHER_MS);
  });

  it('waits longer while the newest insert brought many rows', () => {
    const workload = createWorkload();
    workload.joined();
    workload.inserted(GATHER_MORE_ROWS - 1, 20);
    expect(workload.gatherMs()).toBe(GATHER_MS);
    workload.inserted(GATHER_MORE_ROWS, 20);
    expect(workload.gatherMs()).toBe(GATHER_MAX_MS);
  });

  it('waits less where inserts are slow, and longer again when they are not', () => {
    const workload = createWorkload();
    const insertMany = (tookMs: number) => {
      for (let inserts = 0; inserts < 50; inserts++) workload.inserted(GATHER_MORE_ROWS, tookMs);
    };
    insertMany(200);
    expect(workload.gatherMs()).toBeCloseTo(FRESH_MS - 400, 0);
    insertMany(5_000);
    expect(workload.gatherMs()).toBe(GATHER_MS);
    insertMany(50);
    expect(workload.gatherMs()).toBe(GATHER_MAX_MS);
  });

  it('hardly waits where slow inserts bring very many rows', () => {
    const workload = createWorkload();
    const insertSlowly = (rows: number) => {
      for (let inserts = 0; inserts < 50; inserts++) workload.inserted(rows, 1_000);
    };
    insertSlowly(GATHER_LESS_ROWS);
    expect(workload.gatherMs()).toBe(GATHER_MIN_MS);
    insertSlowly(GATHER_LESS_ROWS - 1);
    expect(workload.gatherMs()).toBe(GATHER_MS);
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
