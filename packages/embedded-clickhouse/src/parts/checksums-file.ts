// The file checksums.txt of a part: which files the part has and how long each is (ClickHouse's MergeTreeDataPartChecksums, version 4).
import { CHECKSUMS_BYTES_MAX } from '../limits.ts';
import { lz4Block } from './lz4-block.ts';

const HEADER = 'checksums format version: 4\n';
/** Before the compressed bytes: their own hash, the method, both sizes. */
const HASH_BYTES = 16;
const FRAME_HEADER_BYTES = 9;
const LZ4 = 0x82;

export interface PartFile {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Files in the order of the file; a projection is one of them, with the bytes of its whole folder. null where it is of another
 * version or compressed by another method: not ours to judge. @throws RangeError where it ends too early or is
 * longer than any
 */
export function readChecksums(file: Uint8Array): readonly PartFile[] | null {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const header = buffer.toString('latin1', 0, HEADER.length);
  if (header !== HEADER) {
    if (HEADER.startsWith(header)) throw new RangeError('checksums.txt ends in its first line');
    return null;
  }
  const frame = buffer.subarray(HEADER.length + HASH_BYTES);
  if (frame.readUInt8(0) !== LZ4) return null;
  const compressed = frame.subarray(FRAME_HEADER_BYTES, frame.readUInt32LE(1));
  if (compressed.byteLength !== frame.readUInt32LE(1) - FRAME_HEADER_BYTES)
    throw new RangeError('checksums.txt ends in its block');
  const bytes = frame.readUInt32LE(5);
  if (bytes > CHECKSUMS_BYTES_MAX) throw new RangeError(`checksums.txt claims ${bytes} B`);
  return filesIn(lz4Block(compressed, bytes));
}

function filesIn(block: Buffer): readonly PartFile[] {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = block.readUInt8(at);
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const files: PartFile[] = [];
  for (let left = number(); left > 0; left -= 1) {
    const length = number();
    const name = block.toString('utf8', at, at + length);
    at += length;
    files.push({ name, bytes: number() });
    at += HASH_BYTES;
    const compressed = block.readUInt8(at) === 1;
    at += 1;
    if (!compressed) continue;
    number();
    at += HASH_BYTES;
  }
  return files;
}
