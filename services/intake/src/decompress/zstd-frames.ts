// Walks the frames of a zstd body without decoding it. Node's decoder is silent about what it leaves out: a cut frame is
// taken for a whole one, and of several frames only the first is read (22.23).

/** Little endian on the wire: 28 B5 2F FD (RFC 8878, section 3.1.1). */
const MAGIC = 0xfd2f_b528;
/** 0x184D2A50 to 0x184D2A5F (section 3.1.2). */
const SKIPPABLE_MAGIC = 0x184d_2a50;
/** Magic and length; no frame with content is shorter. */
const SKIPPABLE_HEADER_BYTES = 8;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** An RLE block is one byte, however long it becomes. */
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/**
 * The frames with content, where `bytes` are whole frames from the first byte to the last, at least one and at most
 * `framesMax`; else null.
 */
export function zstdFrames(bytes: Buffer, framesMax: number): Buffer[] | null {
  const frames: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < SKIPPABLE_HEADER_BYTES) return null;
    const magic = bytes.readUInt32LE(at);
    const start = at;
    if (magic === MAGIC) {
      at = frameEnd(bytes, at + 4);
      if (frames.push(bytes.subarray(start, at)) > framesMax) return null;
    } else if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC)
      at += SKIPPABLE_HEADER_BYTES + bytes.readUInt32LE(at + 4);
    else return null;
    if (at === -1 || at > bytes.length) return null;
  }
  return frames.length === 0 ? null : frames;
}

/** One past the frame whose header (behind its magic) begins at `at`; -1 where it is cut or no frame. */
function frameEnd(bytes: Buffer, at: number): number {
  const descriptor = bytes.readUInt8(at);
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSizeFlag = descriptor >>> 6;
  at += 1 + (singleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
  at += contentSizeFlag === 0 && singleSegment ? 1 : (CONTENT_SIZE_BYTES[contentSizeFlag] ?? 0);
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > bytes.length) return -1;
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
    const type = (header >>> 1) & 3;
    if (type === RESERVED_BLOCK) return -1;
    at += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >>> 3);
    if ((header & 1) === 1) return at + ((descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES);
  }
}
