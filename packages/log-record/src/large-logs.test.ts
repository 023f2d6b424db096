import { expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { hasLargeLog, LARGE_LOG_BYTES, tellLargestLog } from './large-logs.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import { newUuidV7 } from './uuid.ts';

const META = { batchId: newUuidV7(1), rows: 3, ownRows: 3, expiresOnDay: 20_808, requestIds: [] };
const RECORD = encodeRecord(META, Buffer.from('a frame'));

it('says of a record that a large log is in it, and of no other', () => {
  expect(tellLargestLog(RECORD, LARGE_LOG_BYTES)).toBe(RECORD);
  expect(hasLargeLog(RECORD.headers)).toBe(false);
  const { headers } = tellLargestLog(RECORD, LARGE_LOG_BYTES + 1);
  expect(hasLargeLog(headers)).toBe(true);
  expect(Buffer.from(headers.get('largest_log') ?? []).toString()).toBe('8193');
});

it('a record is read alike with it, without it and with a damaged one, which is taken for a large log', () => {
  const large = tellLargestLog(RECORD, 240_000);
  const damaged = { headers: new Map(large.headers).set('largest_log', Buffer.from('-?')), value: large.value };
  for (const record of [large, damaged]) {
    expect(decodeRecord(record)).toEqual(decodeRecord(RECORD));
    expect(hasLargeLog(record.headers)).toBe(true);
  }
});

it('the largest log of a block is that of the rows that are in it now', () => {
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
  expect(block.largestLogBytes).toBe(0);
  append(10, 9_000, 20);
  append(10_000);
  expect(block.largestLogBytes).toBe(10_000);
  block.dropRequest();
  expect(block.largestLogBytes).toBe(9_000);
  block.reset(newUuidV7(), 20_808);
  append(5);
  expect(block.largestLogBytes).toBe(5);
});
