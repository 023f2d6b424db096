import { expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { LARGE_LOG_BYTES, largeLogBytesOf, tellLargeLogs } from './large-logs.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import { newUuidV7 } from './uuid.ts';

const META = { batchId: newUuidV7(1), rows: 3, ownRows: 3, expiresOnDay: 20_808, requestIds: [] };
const RECORD = encodeRecord(META, Buffer.from('a frame'));

it('says of a record how many bytes of large logs are in it, and nothing of one without', () => {
  expect(tellLargeLogs(RECORD, 0)).toBe(RECORD);
  expect(largeLogBytesOf(RECORD.headers)).toBe(0);
  expect(largeLogBytesOf(tellLargeLogs(RECORD, 240_000).headers)).toBe(240_000);
});

it('a record is read alike with it, without it and with a damaged one, which says nothing', () => {
  const large = tellLargeLogs(RECORD, 240_000);
  expect(decodeRecord(large)).toEqual(decodeRecord(RECORD));
  for (const text of ['-?', '', '1e9', '9'.repeat(16)]) {
    const damaged = { headers: new Map(large.headers).set('large_logs', Buffer.from(text)), value: large.value };
    expect(decodeRecord(damaged)).toEqual(decodeRecord(RECORD));
    expect(largeLogBytesOf(damaged.headers)).toBe(0);
  }
});

it('the large logs of a block are those of the rows that are in it now', () => {
  const block = createLogBlock();
  const source = {
    projectId: '0197f000-0000-7000-8000-000000000001',
    mode: 'live',
    keyId: 'k',
    environment: '',
  } as const;
  const append = (...sizes: number[]) => {
    block.beginRequest(source, 1_800_000_000_000, null);
    for (const size of sizes) block.append({ message: 'x'.repeat(size) }, 'log');
  };
  block.reset(newUuidV7(), 20_808);
  expect(block.largeLogBytes).toBe(0);
  append(10, 9_000, LARGE_LOG_BYTES, LARGE_LOG_BYTES + 1);
  append(10_000);
  expect(block.largeLogBytes).toBe(9_000 + LARGE_LOG_BYTES + 1 + 10_000);
  block.dropRequest();
  expect(block.largeLogBytes).toBe(9_000 + LARGE_LOG_BYTES + 1);
  block.reset(newUuidV7(), 20_808);
  append(5);
  expect(block.largeLogBytes).toBe(0);
});
