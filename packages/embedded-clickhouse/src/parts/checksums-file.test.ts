// Lists of files that are damaged in any place: read, not ours, or a RangeError, and never more memory than a list may need.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKSUMS_BYTES_MAX } from '../limits.ts';
import { type PartFile, readChecksums } from './checksums-file.ts';
import { lz4Block } from './lz4-block.ts';

const HASH = Buffer.alloc(16, 7);

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** As ClickHouse writes it, with a block of literals alone. */
function listOf(files: readonly PartFile[], claimed?: number): Buffer {
  const block = Buffer.concat([
    Buffer.from(varint(files.length)),
    ...files.flatMap(({ name, bytes }, index) => {
      const text = Buffer.from(name);
      const plain = [Buffer.from(varint(text.length)), text, Buffer.from(varint(bytes)), HASH];
      // Of a compressed file the size and hash of what it becomes follow.
      return [...plain, ...(index % 2 === 0 ? [Buffer.of(0)] : [Buffer.of(1, ...varint(bytes * 3)), HASH])];
    }),
  ]);
  const more = block.length - 15;
  const length = more < 0 ? [block.length * 16] : [240, ...Array(Math.floor(more / 255)).fill(255), more % 255];
  const frame = Buffer.alloc(9);
  frame.writeUInt8(0x82);
  frame.writeUInt32LE(9 + length.length + block.length, 1);
  frame.writeUInt32LE(claimed ?? block.length, 5);
  return Buffer.concat([Buffer.from('checksums format version: 4\n'), HASH, frame, Buffer.from(length), block]);
}

const lists = fc.array(
  fc.record({ name: fc.string({ unit: 'binary', maxLength: 200 }), bytes: fc.integer({ min: 0, max: 2 ** 50 }) }),
  { maxLength: 20 },
);
const damage = fc.tuple(lists, fc.nat(), fc.integer({ min: 1, max: 255 }));

describe('readChecksums', () => {
  it('reads the files that are listed', () => {
    fc.assert(
      fc.property(lists, (files) => {
        expect(readChecksums(listOf(files))).toEqual(files);
      }),
    );
  });

  it('any prefix ends too early', () => {
    fc.assert(
      fc.property(damage, ([files, at]) => {
        const list = listOf(files);
        expect(() => readChecksums(list.subarray(0, at % list.length))).toThrow(RangeError);
      }),
    );
  });

  it('a flipped byte anywhere is a list, not ours, or a RangeError', () => {
    fc.assert(
      fc.property(damage, ([files, at, bits]) => {
        const list = listOf(files);
        list[at % list.length] = (list[at % list.length] ?? 0) ^ bits;
        try {
          expect(readChecksums(list)).toSatisfy((read: unknown) => read === null || Array.isArray(read));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it('makes no room for more than any list has', () => {
    expect(() => readChecksums(listOf([], CHECKSUMS_BYTES_MAX + 1))).toThrow(`claims ${CHECKSUMS_BYTES_MAX + 1} B`);
    expect(() => readChecksums(listOf([], CHECKSUMS_BYTES_MAX))).toThrow('a block that is too short');
  });
});

describe('lz4Block', () => {
  it('a match may reach into what it makes', () => {
    expect(lz4Block(Buffer.of(0x2f, 97, 98, 2, 0, 1, 0x10, 99), 23).toString()).toBe(`${'ab'.repeat(11)}c`);
  });

  it('any bytes are a block of the size or a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 0, max: 4096 }), (bytes, size) => {
        try {
          expect(lz4Block(Buffer.from(bytes), size).length).toBe(size);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
