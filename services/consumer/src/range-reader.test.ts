import { encodeRecord, newUuidV7, requestIdOf } from '@sazabi/log-record';
import { describe, expect, it } from 'vitest';
import { EXPIRED_DAYS_MAX } from './limits.ts';
import { itemOf } from './range-reader.ts';

const TODAY = 20_778;
const FRAME = new Uint8Array([1, 2, 3]);

function source(meta: { rows?: number; ownRows?: number; day?: number; requestIds?: Uint8Array[] } = {}) {
  const { rows = 2, ownRows = rows, day = TODAY, requestIds = [] } = meta;
  const encoded = encodeRecord({ batchId: newUuidV7(), rows, ownRows, expiresOnDay: day, requestIds }, FRAME);
  return { partition: 0, offset: 7, appendedAtMs: 0, ...encoded };
}

describe('itemOf', () => {
  it('a record, its ids as text', () => {
    const requestId = requestIdOf('0197f000-0000-7000-8000-000000000001', 'live', 'key');
    const item = itemOf(source({ rows: 3, ownRows: 2, requestIds: [requestId] }), TODAY);
    expect(item).toMatchObject({ kind: 'record', offset: 7, record: { day: TODAY, rows: 3, ownRows: 2 } });
    expect(item.kind === 'record' && item.record.requestIds[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('bytes that do not match their checksum, or a header that is missing, are undecodable', () => {
    const good = source();
    expect(itemOf({ ...good, value: new Uint8Array([1, 2, 4]) }, TODAY)).toMatchObject({ kind: 'undecodable' });
    const headers = new Map(good.headers);
    headers.delete('rows');
    expect(itemOf({ ...good, headers }, TODAY)).toMatchObject({
      kind: 'undecodable',
      reason: 'header rows is missing',
    });
  });

  it('a record is expired when its day is more than three days past', () => {
    expect(itemOf(source({ day: TODAY - EXPIRED_DAYS_MAX }), TODAY).kind).toBe('record');
    expect(itemOf(source({ day: TODAY - EXPIRED_DAYS_MAX - 1 }), TODAY)).toEqual({ kind: 'expired', offset: 7 });
  });
});
