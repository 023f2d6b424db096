// A zstd frame that holds its bytes as they are (RFC 8878): small blocks are not worth compressing, nor what is read on the same machine.

/** 3.1.1: the magic number; a single segment whose size stands in two bytes, less 256, or in four; no checksum. */
const MAGIC = 0xfd2fb528;
const SINGLE_SEGMENT_OF_TWO_BYTES = 0b0110_0000;
const SINGLE_SEGMENT_OF_FOUR_BYTES = 0b1010_0000;
const SIZE_OFFSET = 256;
const SIZE_AT = 5;
/** 3.1.1.2: whether it is the last block, its kind (0: its bytes as they are), its size; no block is larger. */
const BLOCK_HEADER_BYTES = 3;
const LAST_BLOCK = 1;
const BLOCK_BYTES_MAX = 128 * 1024;
/** Of a frame whose size stands in two bytes, and so of one block. */
const BLOCK_HEADER_AT = 7;
const BYTES_AT = BLOCK_HEADER_AT + BLOCK_HEADER_BYTES;

/** Fewer bytes cannot be stored so. */
export const STORED_BYTES_MIN = SIZE_OFFSET;
const SMALL_BYTES_MAX = 65_535 + SIZE_OFFSET;

/** The frame of `STORED_BYTES_MIN` bytes or more. @throws RangeError for fewer */
export function storedFrame(bytes: Uint8Array): Buffer {
  return bytes.byteLength <= SMALL_BYTES_MAX ? smallFrame(bytes) : largeFrame(bytes);
}

function smallFrame(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafeSlow(BYTES_AT + bytes.byteLength);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt8(SINGLE_SEGMENT_OF_TWO_BYTES, 4);
  frame.writeUInt16LE(bytes.byteLength - SIZE_OFFSET, SIZE_AT);
  putBlock(frame, BLOCK_HEADER_AT, bytes, true);
  return frame;
}

function largeFrame(bytes: Uint8Array): Buffer {
  const blocks = Math.ceil(bytes.byteLength / BLOCK_BYTES_MAX);
  let at = SIZE_AT + 4;
  const frame = Buffer.allocUnsafeSlow(at + blocks * BLOCK_HEADER_BYTES + bytes.byteLength);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt8(SINGLE_SEGMENT_OF_FOUR_BYTES, 4);
  frame.writeUInt32LE(bytes.byteLength, SIZE_AT);
  for (let from = 0; from < bytes.byteLength; from += BLOCK_BYTES_MAX) {
    const end = from + BLOCK_BYTES_MAX;
    at = putBlock(frame, at, bytes.subarray(from, end), end >= bytes.byteLength);
  }
  return frame;
}

function putBlock(frame: Buffer, at: number, bytes: Uint8Array, isLast: boolean): number {
  frame.writeUIntLE(bytes.byteLength * 8 + (isLast ? LAST_BLOCK : 0), at, BLOCK_HEADER_BYTES);
  frame.set(bytes, at + BLOCK_HEADER_BYTES);
  return at + BLOCK_HEADER_BYTES + bytes.byteLength;
}

/** What `storedFrame` was given, uncopied; null where the frame is another kind, or of more than 65 791 bytes. */
export function bytesOfStored(frame: Uint8Array): Uint8Array | null {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.byteLength < BYTES_AT + STORED_BYTES_MIN || view.readUInt32LE(0) !== MAGIC) return null;
  const length = view.byteLength - BYTES_AT;
  const isStored =
    view[4] === SINGLE_SEGMENT_OF_TWO_BYTES &&
    view.readUInt16LE(SIZE_AT) === length - SIZE_OFFSET &&
    view.readUIntLE(BLOCK_HEADER_AT, BLOCK_HEADER_BYTES) === length * 8 + LAST_BLOCK;
  return isStored ? view.subarray(BYTES_AT) : null;
}
