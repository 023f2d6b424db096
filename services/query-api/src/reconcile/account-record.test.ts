import type { FoundIds } from '@sazabi/log-store';
import { describe, expect, it } from 'vitest';
import { accountRecord, type BusRecordMeta, NOTHING, type RecordPlace } from './account-record.ts';

const RECORD: BusRecordMeta = { id: 'record', rows: 10, ownRows: 4, requestIds: ['one', 'two'] };
const COMMITTED: RecordPlace = { isCommitted: true, isExpired: false };
const AHEAD: RecordPlace = { isCommitted: false, isExpired: false };

function found(rows: Readonly<Record<string, number>>, more: Partial<FoundIds> = {}): FoundIds {
  return { rows: new Map(Object.entries(rows)), tombstones: new Set(), removed: new Set(), ...more };
}
const rowsOf = () =>
  new Map([
    ['one', 5],
    ['two', 1],
  ]);
const account = (store: FoundIds, place = COMMITTED, record = RECORD) => accountRecord(record, store, place, rowsOf);

describe('the logs of one record', () => {
  it('are stored where all ids are there', () => {
    expect(account(found({ record: 4, one: 5, two: 1 }))).toEqual({ ...NOTHING, stored: 10 });
  });

  it('wait before the consumers, and are missing behind them', () => {
    expect(account(found({}), AHEAD)).toEqual({ ...NOTHING, waiting: 10 });
    expect(account(found({}))).toEqual({ ...NOTHING, missing: 10 });
    expect(account(found({ record: 1, one: 5, two: 1 }))).toEqual({ ...NOTHING, stored: 7, missing: 3 });
  });

  it('of requests that fared differently are counted by the record itself', () => {
    expect(account(found({ record: 4, one: 5 }))).toEqual({ ...NOTHING, stored: 9, missing: 1 });
    expect(account(found({ record: 4, two: 3 }), AHEAD)).toEqual({ ...NOTHING, stored: 5, waiting: 5 });
    const removed = found({ record: 4 }, { removed: new Set(['two']) });
    expect(account(removed)).toEqual({ ...NOTHING, stored: 4, missing: 5, removed: 1 });
  });

  it('are dead-lettered, removed or expired where that is what became of them', () => {
    expect(account(found({}, { tombstones: new Set(['record']) }))).toEqual({ ...NOTHING, deadLettered: 10 });
    const removed = found({ record: 1 }, { removed: new Set(['record', 'one', 'two']) });
    expect(account(removed)).toEqual({ ...NOTHING, stored: 1, removed: 9 });
    expect(account(found({}), { isCommitted: true, isExpired: true })).toEqual({ ...NOTHING, expired: 10 });
  });

  it('stored more than once are told', () => {
    expect(account(found({ record: 8, one: 5, two: 1 }))).toEqual({ ...NOTHING, stored: 10, doubled: 4 });
    const plain = { id: 'record', rows: 3, ownRows: 3, requestIds: [] };
    expect(account(found({ record: 3 }), COMMITTED, plain)).toEqual({ ...NOTHING, stored: 3 });
  });
});
