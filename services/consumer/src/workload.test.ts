import { describe, expect, it } from 'vitest';
import { FRESH_MS, GATHER_LESS_ROWS, GATHER_MAX_MS, GATHER_MIN_MS, GATHER_MORE_ROWS, GATHER_MS } from './limits.ts';
import { createWorkload } from './workload.ts';

const NOTHING = { rows: 0, ageMs: 0 };

describe('workload', () => {
  it('waits longer where several partitions are at work', () => {
    const workload = createWorkload();
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MS);
    workload.joined();
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MAX_MS);
    workload.left();
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MS);
  });

  it('waits longer while the newest insert brought many rows', () => {
    const workload = createWorkload();
    workload.joined();
    workload.inserted(GATHER_MORE_ROWS - 1, 20);
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MS);
    workload.inserted(GATHER_MORE_ROWS, 20);
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MAX_MS);
  });

  /** A workload whose inserts have brought so many rows and taken so long for a while. */
  const used = (rows: number, tookMs: number) => {
    const workload = createWorkload();
    for (let inserts = 0; inserts < 50; inserts++) workload.inserted(rows, tookMs);
    return workload;
  };

  it.each([
    { rows: 10_000, ageMs: 100 },
    { rows: 30_000, ageMs: 400 },
    { rows: 100_000, ageMs: 400 },
    { rows: 80_000, ageMs: 600 },
  ])('waits until the oldest record will be stored at the age that is aimed at: %o', ({ rows, ageMs }) => {
    const gatherMs = used(100_000, 500).gatherMs({ rows, ageMs });
    const rowsThen = rows * (1 + gatherMs / ageMs);
    expect(ageMs + gatherMs + (rowsThen * 500) / 100_000).toBeCloseTo(FRESH_MS, 3);
  });

  it('hardly waits where many rows are late, and waits for more where an insert brings few', () => {
    const late = { rows: 100_000, ageMs: FRESH_MS };
    expect(used(GATHER_LESS_ROWS, 1_000).gatherMs(late)).toBe(GATHER_MIN_MS);
    expect(used(GATHER_LESS_ROWS - 1, 1_000).gatherMs(late)).toBe(GATHER_MS);
  });

  it('waits no longer than that for records whose age another clock makes negative or nothing', () => {
    expect(used(100_000, 500).gatherMs({ rows: 100_000, ageMs: 0 })).toBe(GATHER_MIN_MS);
    expect(used(100_000, 500).gatherMs(NOTHING)).toBe(GATHER_MAX_MS);
  });

  it('does not count a partition that rests, and does again when its read has ended', async () => {
    const workload = createWorkload();
    workload.joined();
    workload.joined();
    await workload.resting(async () => expect(workload.gatherMs(NOTHING)).toBe(GATHER_MS));
    await workload.resting(() => Promise.reject(new Error('cut off'))).catch(() => undefined);
    expect(workload.gatherMs(NOTHING)).toBe(GATHER_MAX_MS);
  });
});
