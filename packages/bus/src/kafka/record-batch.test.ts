// Record batches as the client's own decoder reads them, and their limits.
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { HEADER_BYTES_MAX, VALUE_BYTES_MAX } from './limits.ts';
import { batchBytesMax, checkSize, encodeBody, type KeyedRecord, writeBatch } from './record-batch.ts';

function batchOf(records: readonly KeyedRecord[], timestampMs = 1_790_000_000_123): Buffer {
  const bodies = records.map(encodeBody);
  const batch = Buffer.alloc(batchBytesMax(bodies));
  return batch.subarray(0, writeBatch(batch, bodies, timestampMs));
}

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex');
const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== '__proto__');
const record = fc.record({
  key: fc.option(fc.uint8Array({ maxLength: 20 })),
  value: fc.option(fc.uint8Array({ maxLength: 300 })),
  headers: fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 200 })), {
    selector: ([text]) => text,
    maxLength: 5,
  }),
});

it('is read back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 80 }), async (written) => {
      const batch = batchOf(written.map(({ headers, ...rest }) => ({ ...rest, headers: new Map(headers) })));
      expect(batch.readInt32BE(8)).toBe(batch.byteLength - 12);
      expect(batch.readUInt32BE(17)).toBe(crc32c(batch.subarray(21)));
      const { records } = await decodeBatch(new Decoder(batch));
      expect(records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
        written.map((_, index) => [String(index), '1790000000123']),
      );
      expect(records.map(({ key, value }) => [hex(key), hex(value)])).toEqual(
        written.map(({ key, value }) => [hex(key), hex(value)]),
      );
      expect(
        records.map(({ headers }) => Object.fromEntries(Object.entries(headers).map(([n, v]) => [n, hex(v)]))),
      ).toEqual(written.map(({ headers }) => Object.fromEntries(headers.map(([n, v]) => [n, hex(v)]))));
    }),
    { seed: 1 },
  );
});

it('copies: what was given may be used again', async () => {
  const value = Buffer.from('first');
  const body = encodeBody({ key: null, headers: new Map(), value });
  value.fill('x');
  expect(body.includes('first')).toBe(true);
});

it('a value and headers up to their limits, and none past them', () => {
  const headers = (bytes: number) => new Map([['name', new Uint8Array(bytes - 4)]]);
  const value = (bytes: number) => new Uint8Array(bytes);
  checkSize({ headers: headers(HEADER_BYTES_MAX), value: value(VALUE_BYTES_MAX) });
  expect(() => checkSize({ headers: headers(HEADER_BYTES_MAX + 1), value: value(1) })).toThrow(/headers/);
  expect(() => checkSize({ headers: new Map(), value: value(VALUE_BYTES_MAX + 1) })).toThrow(/value/);
});
