import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { planInserts } from './plan.ts';
import { cutAtRepeat, isDone, nextOffset, type RangeItem, type StorableRecord, takeRange } from './range.ts';

const LIMITS = { rowsMax: 10, bytesMax: 100, inflatedBytesMax: 600, idsMax: 5, recordsMax: 4 };

function record(
  offset: number,
  fields: Partial<StorableRecord> & { bytes?: number; value?: Uint8Array } = {},
): RangeItem {
  const { bytes = 1, value = new Uint8Array(bytes), ...given } = fields;
  const source = { partition: 0, offset, appendedAtMs: 0, headers: new Map(), value };
  const defaults = { offset, id: `b${offset}`, day: 1, rows: 1, ownRows: 1, requestIds: [], source };
  return { kind: 'record', offset, record: { ...defaults, ...given } };
}

const offsets = (items: readonly RangeItem[]) => items.map(({ offset }) => offset);

describe('takeRange', () => {
  it.each([
    ['rows', { rows: 5 }, 2],
    ['bytes', { bytes: 50 }, 2],
    ['inflated bytes', { value: zstdCompressSync(new Uint8Array(300)) }, 2],
    ['ids', { requestIds: ['r', 's'] }, 1],
    ['records', {}, 4],
  ])('keeps the limit of %s, at it and one past it', (_, fields, fit) => {
    const items = Array.from({ length: fit + 1 }, (_, offset) => record(offset, fields));
    expect(takeRange(items.slice(0, fit), LIMITS).items).toHaveLength(fit);
    expect(takeRange(items, LIMITS)).toMatchObject({ items: items.slice(0, fit), full: true });
  });

  it.each([
    ['rows', { rows: 5 }],
    ['inflated bytes', { value: zstdCompressSync(new Uint8Array(300)) }],
  ])('keeps the limit of %s of each day by itself: a day is an insert', (_, fields) => {
    const items = [
      record(0, { day: 1, ...fields }),
      record(1, { day: 2, ...fields }),
      record(2, { day: 2, ...fields }),
      record(3, { day: 1, ...fields }),
    ];
    const wide = { ...LIMITS, recordsMax: 9, idsMax: 9 };
    expect(takeRange(items, wide).items).toHaveLength(4);
    for (const day of [1, 2])
      expect(takeRange([...items, record(4, { day, ...fields })], wide)).toEqual({ items, full: true });
    // Of one day they would be an insert: what is there is taken, but no more is waited for.
    expect(takeRange(items.slice(0, 1), wide).full).toBe(false);
    expect(takeRange(items.slice(0, 2), wide)).toEqual({ items: items.slice(0, 2), full: true });
  });

  it.each([
    ['bytes', { bytes: 50 }, 2],
    ['ids', {}, 5],
    ['records', {}, 4],
  ])('keeps the limit of %s whatever the days', (limit, fields, fit) => {
    const limits = limit === 'ids' ? { ...LIMITS, recordsMax: 9 } : LIMITS;
    const items = Array.from({ length: fit + 1 }, (_, offset) => record(offset, { day: offset, ...fields }));
    expect(takeRange(items, limits)).toEqual({ items: items.slice(0, fit), full: true });
  });

  it('always takes one', () => {
    const huge = record(0, { rows: 1000, bytes: 1000 });
    expect(takeRange([huge, record(1)], LIMITS)).toEqual({ items: [huge], full: true });
    expect(takeRange([], LIMITS)).toEqual({ items: [], full: false });
  });

  it('is not full while the next record would likely fit', () => {
    expect(takeRange([record(0), record(1)], LIMITS).full).toBe(false);
    expect(takeRange([record(0, { rows: 8 })], LIMITS).full).toBe(true);
  });
});

describe('isDone', () => {
  const item = record(0, { ownRows: 0, requestIds: ['r', 's'] });
  it('by its own id, or by all its requests where it has no own rows', () => {
    if (item.kind !== 'record') throw new Error('a record');
    expect(isDone(item.record, new Set(['b0']))).toBe(true);
    expect(isDone(item.record, new Set(['r', 's']))).toBe(true);
    expect(isDone(item.record, new Set(['r']))).toBe(false);
    expect(isDone({ ...item.record, ownRows: 1 }, new Set(['r', 's']))).toBe(false);
  });
});

describe('cutAtRepeat', () => {
  const items = [
    record(0, { requestIds: ['r'] }),
    record(1, { requestIds: ['s'] }),
    record(2, { requestIds: ['r'] }),
    record(3),
  ];
  it('ends before the second record with a request that is not stored', () => {
    expect(offsets(cutAtRepeat(items, new Set()))).toEqual([0, 1]);
    expect(offsets(cutAtRepeat(items, new Set(['r'])))).toEqual([0, 1, 2, 3]);
  });
  it('goes on where the same record comes again', () => {
    const again = [record(0, { requestIds: ['r'] }), record(5, { id: 'b0', requestIds: ['r'] })];
    expect(offsets(cutAtRepeat(again, new Set()))).toEqual([0, 5]);
  });
});

describe('planInserts', () => {
  it('one insert a day, in order, of what is not done, each record once', () => {
    const items = [record(0), record(1, { day: 2 }), record(2), record(3, { id: 'b0' }), record(4, { day: 2 })];
    const inserts = planInserts(items, new Set(['b1']));
    expect(inserts.map(({ day, records }) => [day, records.map(({ id }) => id)])).toEqual([
      [1, ['b0', 'b2']],
      [2, ['b4']],
    ]);
  });
  it('leaves out requests that are stored', () => {
    const [insert] = planInserts([record(0, { requestIds: ['r', 's'] })], new Set(['r', 'other']));
    expect(insert?.knownRequestIds).toEqual(['r']);
  });
});

describe('nextOffset', () => {
  it('is one past the last, and a range that is empty has none', () => {
    expect(nextOffset([record(4), record(9)])).toBe(10);
    expect(() => nextOffset([])).toThrow(RangeError);
  });
});
