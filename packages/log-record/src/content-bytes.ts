// What a zstd frame says that it inflates to, without inflating it (RFC 8878, section 3.1.1.1).

const MAGIC = 0xfd2fb528;
const DESCRIPTOR_AT = 4;
const SINGLE_SEGMENT = 0b0010_0000;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
/** 3.1.1.1.4: a size in two bytes is said less 256. */
const TWO_BYTES_OFFSET = 256;

/** Bytes of the frame's content; null where it does not say, or is no frame. Only a claim until it is inflated. */
export function contentBytesOf(frame: Uint8Array): number | null {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const descriptor = view[DESCRIPTOR_AT];
  if (descriptor === undefined || view.readUInt32LE(0) !== MAGIC) return null;
  const isSingleSegment = (descriptor & SINGLE_SEGMENT) !== 0;
  const flag = descriptor >>> 6;
  const at = DESCRIPTOR_AT + 1 + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
  const bytes = flag === 0 ? Number(isSingleSegment) : 2 ** flag;
  if (bytes === 0 || view.byteLength < at + bytes) return null;
  if (bytes === 8) return Number(view.readBigUInt64LE(at));
  return view.readUIntLE(at, bytes) + (bytes === 2 ? TWO_BYTES_OFFSET : 0);
}
