import { describe, expect, it } from 'vitest';
import { nativeRows, readNativeBlock } from './native-reader.ts';

/** `SELECT * FROM …` as ClickHouse 26.7 sends it: two rows of UInt8 `n` and LowCardinality(String) `s`, its flags 0x600. */
const BLOCK = Buffer.concat([
  Buffer.from([2, 2]),
  Buffer.from('\x01n\x05UInt8\x07\x09', 'latin1'),
  Buffer.from('\x01s\x16LowCardinality(String)', 'latin1'),
  Buffer.from('01000000000000000006000000000000', 'hex'),
  Buffer.from('0300000000000000000161016202000000000000000201', 'hex'),
]);

describe('Native reader', () => {
  it('reads what the engine writes, an unused key of the dictionary included', () => {
    const block = readNativeBlock(Buffer.concat([BLOCK, Buffer.from('next')]));
    expect(nativeRows(block)).toEqual([
      { n: 7, s: 'b' },
      { n: 9, s: 'a' },
    ]);
    expect(block.byteLength).toBe(BLOCK.length);
  });

  it('refuses a block that is cut anywhere', () => {
    for (let length = 0; length < BLOCK.length; length++) {
      expect(() => readNativeBlock(BLOCK.subarray(0, length))).toThrow(RangeError);
    }
  });

  it('refuses flags of which a number would lose the low bits', () => {
    const flagged = Buffer.from(BLOCK);
    // Indexes of two bytes, and a bit that nobody knows.
    flagged.writeUInt8(1, BLOCK.length - 31);
    flagged.writeUInt8(0x20, BLOCK.length - 24);
    expect(() => readNativeBlock(flagged)).toThrow(RangeError);
  });

  it.each([
    ['a version that is not known', 39, 2],
    ['a run whose keys do not stand in it', 30, 0x04],
    ['a dictionary of several runs', 30, 0x07],
  ])('refuses %s', (_, fromEnd, byte) => {
    const other = Buffer.from(BLOCK);
    other.writeUInt8(byte, BLOCK.length - fromEnd);
    expect(() => readNativeBlock(other)).toThrow(RangeError);
  });

  it('refuses types that logs do not have', () => {
    expect(() => readNativeBlock(Buffer.from('\x01\x01\x01n\x07Float64........', 'latin1'))).toThrow('Float64');
  });
});
