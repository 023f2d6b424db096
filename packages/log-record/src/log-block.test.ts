import { describe, expect, it } from 'vitest';
import { createLogBlock } from './create-log-block.ts';
import { nativeRows, readNativeBlock } from './native-reader.ts';
import { openBlock, RECEIVED_AT_MS, SOURCE, storeLog } from './store-log.testing.ts';
import { newUuidV7, requestIdOf, uuidToText } from './uuid.ts';

describe('rejections', () => {
  it.each([null, undefined, 'text', 1, true, [], [{ message: 'm' }], () => 1, 10n])('%s is no log', (log) => {
    expect(storeLog(log)).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('object') });
  });

  it.each([{}, { message: null }, { msg: null }, { attributes: { message: 'm' } }])('%j has no message', (log) => {
    expect(storeLog(log)).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('"message"') });
  });

  it.each(['soon', -1, true, {}, [], '1969-12-31'])('%j is no timestamp', (timestamp) => {
    expect(storeLog({ message: 'm', timestamp })).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('timestamp'),
    });
  });
});

describe('the block', () => {
  it('gives rows the id of their request and its ordinals, or the record and running ones', () => {
    const recordId = newUuidV7();
    const block = openBlock(recordId);
    const requestId = requestIdOf(SOURCE.projectId, 'live', 'once');
    block.append({ message: 'a' }, 'log');
    block.append({}, 'log');
    block.beginRequest({ ...SOURCE, environment: '', mode: 'test' }, RECEIVED_AT_MS + 1, requestId);
    block.append({ message: 'b' }, 'log');
    block.append({}, 'log');
    block.append({ message: 'c', environment: 'own' }, 'log');
    block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
    block.append({ message: 'd' }, 'log');
    const rows = nativeRows(readNativeBlock(block.encode()));
    const [own, theirs] = [uuidToText(recordId), uuidToText(requestId)];
    expect(
      rows.map(({ batch_id, ordinal, mode, environment, received_at }) => [
        batch_id,
        ordinal,
        mode,
        environment,
        received_at,
      ]),
    ).toEqual([
      [own, 0, 'live', 'staging', 1_795_255_872_345n],
      [theirs, 0, 'test', '', 1_795_255_872_346n],
      [theirs, 1, 'test', 'own', 1_795_255_872_346n],
      [own, 1, 'live', 'staging', 1_795_255_872_345n],
    ]);
    expect([block.rowCount, block.ownRowCount]).toEqual([4, 2]);
  });

  it('is empty after a reset, and its size grows with what is in it', () => {
    const block = createLogBlock();
    block.reset(newUuidV7(), 20_808);
    const empty = block.byteLength;
    block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
    for (let i = 0; i < 3000; i++)
      block.append({ message: `message ${i}`, host: `h${i}`, attributes: { [`k${i}`]: 'v' } }, 'log');
    const { length } = block.encode();
    expect(block.byteLength).toBeGreaterThanOrEqual(length);
    expect(block.byteLength - length).toBeLessThan(empty);
    block.reset(newUuidV7(), 20_900);
    expect([block.rowCount, block.ownRowCount, block.byteLength]).toEqual([0, 0, empty]);
    expect(readNativeBlock(block.encode())).toMatchObject({ rows: 0 });
  });
});
