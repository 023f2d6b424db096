import { describe, expect, it } from 'vitest';
import { clearStringColumn, createStringColumn, KEPT_BYTES_MAX, pushText } from './string-column.ts';

function read(text: string): { bytes: number; prefix: number[]; value: string } {
  const column = createStringColumn(16);
  const bytes = pushText(column, text);
  const { length } = column;
  return {
    bytes,
    prefix: [...column.bytes.subarray(0, length - bytes)],
    value: column.bytes.toString('utf8', length - bytes, length),
  };
}

describe('String column', () => {
  it.each([
    ['', [0]],
    ['seven  ', [7]],
    ['eight   ', [8]],
    ['ü', [2]],
    ['x'.repeat(127), [127]],
    ['x'.repeat(128), [0x80, 1]],
    ['ü'.repeat(63), [126]],
    ['ü'.repeat(64), [0x80, 1]],
    ['€'.repeat(43), [0x81, 1]],
    ['😀'.repeat(32), [0x80, 1]],
    ['x'.repeat(16_383), [0xff, 0x7f]],
    ['x'.repeat(16_384), [0x80, 0x80, 1]],
    ['ü'.repeat(8_192), [0x80, 0x80, 1]],
    ['x'.repeat(2_097_152), [0x80, 0x80, 0x80, 1]],
  ])('prefixes %.12j with its bytes of UTF-8', (text, prefix) => {
    expect(read(text)).toEqual({ bytes: Buffer.byteLength(text), prefix, value: text });
  });

  it('replaces lone surrogates, in short text and long', () => {
    for (const text of ['\ud800', 'a\udc00b', `${'x'.repeat(126)}\ud800`, '\udc00\ud800'.repeat(100)]) {
      expect(read(text)).toMatchObject({ bytes: Buffer.byteLength(text.toWellFormed()), value: text.toWellFormed() });
    }
  });

  it('lets a very large buffer go when it is emptied, and keeps a usual one', () => {
    const column = createStringColumn();
    pushText(column, 'x'.repeat(100_000));
    const usual = column.bytes;
    clearStringColumn(column);
    expect(column).toMatchObject({ bytes: usual, length: 0 });
    pushText(column, 'x'.repeat(KEPT_BYTES_MAX));
    clearStringColumn(column);
    expect(column.bytes.length).toBeLessThan(KEPT_BYTES_MAX);
  });
});
