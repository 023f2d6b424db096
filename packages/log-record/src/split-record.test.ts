import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { LARGE_LOG_BYTES, largeLogBytesOf } from './large-logs.ts';
import { nativeRows, readNativeBlock } from './native-reader.ts';
import { writeNativeBlock } from './native-writer.ts';
import { readLogBlock } from './read-log-block.ts';
import { decodeRecord } from './record-codec.ts';
import { originOf, replayRecord } from './replay-record.ts';
import { splitRecord } from './split-record.ts';
import { letterIdOf, newUuidV7, requestIdOf, uuidFromText, uuidToText } from './uuid.ts';

const DAY = 20_808;
const [OURS, THEIRS] = ['0192f0e4-1111-7222-8333-0123456789ab', '0192f0e4-2222-7222-8333-0123456789ab'];
const RECORD_ID = newUuidV7();
const REQUEST_ID = requestIdOf(OURS, 'live', 'one');

/** Ours live: a row, a request's two rows; ours test: a row; theirs: two rows, one before and one after. */
function sampleBlock(): Uint8Array {
  const block = createLogBlock();
  block.reset(RECORD_ID, DAY);
  const source = (projectId: string, mode: 'live' | 'test') => ({
    projectId,
    mode,
    keyId: `key of ${projectId}`,
    environment: '',
  });
  const request = (
    from: ReturnType<typeof source>,
    messages: readonly string[],
    requestId: Uint8Array | null = null,
  ) => {
    block.beginRequest(from, 1_795_255_872_345, requestId);
    for (const message of messages) block.append({ message, attributes: { of: message, ключ: '✓' } }, 'log');
  };
  request(source(THEIRS, 'live'), ['theirs 0']);
  request(source(OURS, 'live'), ['ours 1']);
  request(source(OURS, 'live'), ['asked 0', 'asked 1'], REQUEST_ID);
  request(source(OURS, 'test'), ['test 2']);
  request(source(THEIRS, 'live'), ['theirs 3']);
  return Uint8Array.from(block.encode());
}

const meta = { batchId: RECORD_ID, rows: 6, ownRows: 4, expiresOnDay: DAY, requestIds: [REQUEST_ID] };
const sampleParts = () => {
  const split = splitRecord(meta, zstdCompressSync(sampleBlock()));
  if (!split.ok) throw new Error(split.reason);
  return split.parts;
};
const rowsOf = (frame: Uint8Array) => {
  const read = readLogBlock(frame);
  if (!read.ok) throw new Error(read.reason);
  return nativeRows(read.block);
};

it('a block that is read and written again is the same block', () => {
  const block = readNativeBlock(sampleBlock());
  const decoded = block.columns.map(({ name, type, values }) => ({ name, type, values }));
  const again = readNativeBlock(writeNativeBlock(decoded, block.rows));
  expect(again.columns.map(({ name, type, values }) => ({ name, type, values }))).toEqual(decoded);
  expect(Buffer.from(writeNativeBlock(block.columns, block.rows))).toEqual(Buffer.from(sampleBlock()));
});

describe('splitRecord', () => {
  it('gives each project and mode its rows and nothing of another', () => {
    const parts = sampleParts();
    expect(parts.map(({ projectId, mode, rows }) => [projectId, mode, rows])).toEqual([
      [THEIRS, 'live', 2],
      [OURS, 'live', 3],
      [OURS, 'test', 1],
    ]);
    expect(parts.map(({ frame }) => rowsOf(frame).map(({ message }) => message))).toEqual([
      ['theirs 0', 'theirs 3'],
      ['ours 1', 'asked 0', 'asked 1'],
      ['test 2'],
    ]);
    expect(parts.map(({ requests }) => requests)).toEqual([[], [{ id: uuidToText(REQUEST_ID), rows: 2 }], []]);
    const [theirs] = parts;
    const bytes = rowsOf(theirs?.frame ?? new Uint8Array()).map((row) => Number(row.bytes));
    expect(theirs?.bytes).toBe(bytes.reduce((sum, count) => sum + count, 0));
  });

  it('copies no dictionary whole: it would tell one tenant what another sent', () => {
    const [, ours] = sampleParts();
    const read = readLogBlock(ours?.frame ?? new Uint8Array());
    expect(read.ok).toBe(true);
    const text = read.ok ? Buffer.from(writeNativeBlock(read.block.columns, read.block.rows)) : Buffer.alloc(0);
    expect([text.includes(`key of ${OURS}`), text.includes(`key of ${THEIRS}`)]).toEqual([true, false]);
    expect(Buffer.from(zstdDecompressSync(ours?.frame ?? new Uint8Array())).includes(THEIRS)).toBe(false);
  });

  it.each([
    ['another count of rows', { rows: 7, ownRows: 5 }],
    ['another day', { expiresOnDay: DAY + 1 }],
    ['an id that no request has', { requestIds: [] }],
  ])('refuses rows that contradict the headers: %s', (_what, wrong) => {
    expect(splitRecord({ ...meta, ...wrong }, zstdCompressSync(sampleBlock()))).toMatchObject({ ok: false });
  });

  it('refuses what is no block, what follows one, and a bomb', () => {
    const bomb = zstdCompressSync(Buffer.alloc(65 * 1024 * 1024));
    const trailing = zstdCompressSync(Buffer.concat([sampleBlock(), Buffer.from([0])]));
    for (const frame of [Buffer.from('no frame'), zstdCompressSync('no block'), trailing, bomb])
      expect(splitRecord(meta, frame)).toMatchObject({ ok: false });
  });

  it('answers damaged bytes with a reason, never an exception, and soon', () => {
    const whole = sampleBlock();
    const damage = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), cut: fc.option(fc.nat(whole.length)) });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        let bytes = Uint8Array.from(whole);
        for (const { at, byte, cut } of damages) {
          if (at < bytes.length) bytes[at] = byte;
          if (cut !== null) bytes = bytes.slice(0, cut);
        }
        const startedAtMs = performance.now();
        expect(splitRecord(meta, zstdCompressSync(bytes))).toHaveProperty('ok');
        expect(performance.now() - startedAtMs).toBeLessThan(1_000);
      }),
      { numRuns: 2_000, seed: 4 },
    );
  });
});

describe('replayRecord', () => {
  const [, ours] = sampleParts();
  const dead = {
    recordId: uuidToText(RECORD_ID),
    originId: uuidToText(RECORD_ID),
    projectId: OURS,
    mode: 'live',
    replays: 0,
    expiresOnDay: DAY,
    frame: ours?.frame ?? new Uint8Array(),
  };
  const replayOf = (rows: typeof dead) => {
    const made = replayRecord(rows);
    if (!made.ok) throw new Error(made.reason);
    return made.replay;
  };

  it('gives rows without a request id of their own the new id, and keeps all else', () => {
    const { id, record } = replayOf(dead);
    const decoded = decodeRecord(record);
    expect(decoded).toMatchObject({
      ok: true,
      meta: { rows: 3, ownRows: 1, expiresOnDay: DAY, requestIds: [REQUEST_ID] },
    });
    const before = rowsOf(dead.frame);
    expect(rowsOf(record.value)).toEqual(
      before.map((row) => ({ ...row, batch_id: row.batch_id === dead.recordId ? id : row.batch_id })),
    );
    expect(rowsOf(record.value).map(({ ordinal }) => ordinal)).toEqual([1, 0, 1]);
    expect(originOf(record.headers, id)).toEqual({ originId: dead.originId, replays: 1 });
  });

  it('has one id for each count: repeated it is the same record, refused again the next', () => {
    const first = replayOf(dead);
    expect(replayOf(dead).record.value).toEqual(first.record.value);
    const again = replayOf({ ...dead, recordId: first.id, replays: 1 });
    expect(again.id).not.toBe(first.id);
    expect(originOf(again.record.headers, again.id)).toEqual({ originId: dead.originId, replays: 2 });
  });

  it('tells of a large log as the record before did', () => {
    expect(largeLogBytesOf(replayOf(dead).record.headers)).toBe(0);
    const block = createLogBlock();
    block.reset(RECORD_ID, DAY);
    block.beginRequest({ projectId: OURS, mode: 'live', keyId: 'k', environment: '' }, 1_795_255_872_345, null);
    for (const size of [1, LARGE_LOG_BYTES + 1, 1]) block.append({ message: 'x'.repeat(size) }, 'log');
    const frame = zstdCompressSync(block.encode());
    expect(largeLogBytesOf(replayOf({ ...dead, frame }).record.headers)).toBe(LARGE_LOG_BYTES + 1);
  });

  it('says why where the rows cannot be read; headers that say nonsense say nothing', () => {
    expect(replayRecord({ ...dead, frame: Buffer.from('damaged') })).toMatchObject({ ok: false });
    const headers = new Map([
      ['replay_of', new Uint8Array(3)],
      ['replays', Buffer.from('-1')],
    ]);
    expect(originOf(headers, dead.recordId)).toEqual({ originId: dead.recordId, replays: 0 });
  });
});

it('a letter has an id of its own for each project and mode', () => {
  const rows = { recordId: uuidToText(RECORD_ID), projectId: OURS, mode: 'live' };
  const ids = [rows, { ...rows, mode: 'test' }, { ...rows, projectId: THEIRS }].map((of) => uuidToText(letterIdOf(of)));
  expect(new Set(ids).size).toBe(3);
  expect(uuidFromText(ids[0] ?? '')[6]).toBeGreaterThan(0x7f);
});
