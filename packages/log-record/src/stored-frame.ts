// A zstd frame that holds its bytes as they are (RFC 8878): small blocks are not worth compressing.

/** 3.1.1: the magic number; a single segment whose size stands in two bytes, less 256; no checksum. */
const MAGIC = 0xfd2fb528;
const SINGLE_SEGMENT_OF_TWO_BYTES = 0b0110_0000;
const SIZE_OFFSET = 256;
/** 3.1.1.2: the last block, its bytes as they are. */
const LAST_RAW_BLOCK = 1;
const SIZE_AT = 5;
const BLOCK_HEADER_AT = 7;
const BYTES_AT = 10;

/** Blocks of fewer bytes cannot be stored so. */
export const STORED_BYTES_MIN = SIZE_OFFSET;

/** The frame of `STORED_BYTES_MIN` to 65 791 bytes. @throws RangeError for others */
export function storedFrame(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafeSlow(BYTES_AT + bytes.byteLength);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt8(SINGLE_SEGMENT_OF_TWO_BYTES, 4);
  frame.writeUInt16LE(bytes.byteLength - SIZE_OFFSET, SIZE_AT);
  frame.writeUIntLE(bytes.byteLength * 8 + LAST_RAW_BLOCK, BLOCK_HEADER_AT, 3);
  frame.set(bytes, BYTES_AT);
  return frame;
}

/** What `storedFrame` was given, uncopied; null where the frame is another kind. */
export function bytesOfStored(frame: Uint8Array): Uint8Array | null {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.byteLength < BYTES_AT + STORED_BYTES_MIN || view.readUInt32LE(0) !== MAGIC) return null;
  const length = view.byteLength - BYTES_AT;
  const isStored =
    view[4] === SINGLE_SEGMENT_OF_TWO_BYTES &&
    view.readUInt16LE(SIZE_AT) === length - SIZE_OFFSET &&
    view.readUIntLE(BLOCK_HEADER_AT, 3) === length * 8 + LAST_RAW_BLOCK;
  return isStored ? view.subarray(BYTES_AT) : null;
}
