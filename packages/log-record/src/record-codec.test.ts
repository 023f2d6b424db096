import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import { REQUEST_IDS_MAX, type RecordMeta } from './record-meta.ts';
import { newUuidV7 } from './uuid.ts';

const FRAME = Buffer.from('a frame');
const META: RecordMeta = {
  batchId: newUuidV7(1),
  rows: 3,
  ownRows: 1,
  expiresOnDay: 20_808,
  requestIds: [newUuidV7(2), newUuidV7(3)],
};

/** Record with one header set anew (null: left out), under its old checksum. */
function withHeader(name: string, value: Uint8Array | null): ReturnType<typeof encodeRecord> {
  const record = encodeRecord(META, FRAME);
  const headers = new Map(record.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return { headers, value: record.value };
}

describe('bus record codec', () => {
  it('round-trips what it is told, and the frame as it is', () => {
    const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const meta = fc
      .record({
        batchId: id,
        ownRows: fc.integer({ min: 0, max: 1_000_000 }),
        otherRows: fc.integer({ min: 20, max: 1_000_000 }),
        expiresOnDay: fc.integer({ min: 0, max: 65_535 }),
        requestIds: fc.uniqueArray(id, { minLength: 1, maxLength: 20, selector: String }),
      })
      .map(({ otherRows, ...rest }) => ({ ...rest, rows: rest.ownRows + otherRows }));
    fc.assert(
      fc.property(meta, fc.uint8Array(), (given, frame) => {
        const decoded = decodeRecord(encodeRecord(given, frame));
        expect(decoded.ok && decoded.frame).toBe(frame);
        const plain = (one: RecordMeta) => ({
          ...one,
          batchId: [...one.batchId],
          requestIds: one.requestIds.map((bytes) => [...bytes]),
        });
        expect(decoded.ok && plain(decoded.meta)).toEqual(plain(given));
      }),
    );
  });

  it('takes 4096 request ids, and not one more', () => {
    const requestIds = Array.from({ length: REQUEST_IDS_MAX }, (_, at) => newUuidV7(at));
    const meta = { ...META, rows: 10_000, requestIds };
    expect(decodeRecord(encodeRecord(meta, FRAME)).ok).toBe(true);
    expect(() => encodeRecord({ ...meta, requestIds: [...requestIds, newUuidV7()] }, FRAME)).toThrow(RangeError);
  });

  it.each([
    ['no rows', { rows: 0, ownRows: 0, requestIds: [] }],
    ['more own rows than rows', { ownRows: 4 }],
    ['rows that belong to nobody', { requestIds: [] }],
    ['a request without rows', { ownRows: 2 }],
    ['an id twice', { requestIds: [META.batchId, META.batchId] }],
    ['a short id', { requestIds: [Buffer.alloc(15)] }],
    ['a short record id', { batchId: Buffer.alloc(15) }],
    ['a day that Date has not', { expiresOnDay: 65_536 }],
    ['a fraction', { rows: 3.5 }],
  ])('refuses to encode %s', (_, wrong) => {
    expect(() => encodeRecord({ ...META, ...wrong }, FRAME)).toThrow(RangeError);
  });

  it.each(['schema', 'batch_id', 'rows', 'own_rows', 'expires_on', 'request_ids', 'xxh64'])(
    'tells that %s is missing',
    (name) => {
      expect(decodeRecord(withHeader(name, null))).toEqual({ ok: false, reason: `header ${name} is missing` });
    },
  );

  it.each(['schema', 'batch_id', 'rows', 'own_rows', 'expires_on', 'request_ids', 'xxh64'])(
    'notices a changed %s',
    (name) => {
      expect(decodeRecord(withHeader(name, Buffer.from('2')))).toMatchObject({
        ok: false,
        reason: expect.stringContaining('xxh64'),
      });
    },
  );

  it('notices any flipped bit of the value', () => {
    const record = encodeRecord(META, FRAME);
    for (let bit = 0; bit < FRAME.length * 8; bit++) {
      const value = Buffer.from(FRAME);
      value.writeUInt8(value.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeRecord({ headers: record.headers, value }).ok).toBe(false);
    }
  });

  it('never throws, whatever the headers hold', () => {
    const headers = fc.array(
      fc.tuple(
        fc.constantFrom('schema', 'batch_id', 'rows', 'own_rows', 'expires_on', 'request_ids', 'xxh64'),
        fc.uint8Array(),
      ),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array(), (entries, value) => !decodeRecord({ headers: new Map(entries), value }).ok),
    );
  });
});
