// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; their reference code has the
// longer output): a keyed hash of short messages without a call into native code. Each 64-bit word is two halves, low and high.

const COMPRESSION_ROUNDS = 2;
const FINAL_ROUNDS = 4;
const BLOCK_BYTES = 8;
/** Told apart from the shorter output, and the second half of the output from the first. */
const LONG_OUTPUT = 0xee;
const SECOND_HALF = 0xdd;

/** Writes 16 bytes at `tagAt` of `bytes`, over its first `length`. `key`: 16 bytes as four 32-bit words, little-endian. */
export function sipHash128(key: Int32Array, bytes: DataView, length: number, tagAt: number): void {
  let v0l = (key[0] ?? 0) ^ 0x70736575;
  let v0h = (key[1] ?? 0) ^ 0x736f6d65;
  let v1l = (key[2] ?? 0) ^ 0x6e646f6d ^ LONG_OUTPUT;
  let v1h = (key[3] ?? 0) ^ 0x646f7261;
  let v2l = (key[0] ?? 0) ^ 0x6e657261;
  let v2h = (key[1] ?? 0) ^ 0x6c796765;
  let v3l = (key[2] ?? 0) ^ 0x79746573;
  let v3h = (key[3] ?? 0) ^ 0x74656462;
  /** The last block has what is left of the message, and its length in the last byte. */
  const lastAt = length - (length % BLOCK_BYTES);
  // Behind the message come two turns without a block, one for each half of the output.
  for (let at = 0; at <= lastAt + 2 * BLOCK_BYTES; at += BLOCK_BYTES) {
    let ml = 0;
    let mh = 0;
    if (at < lastAt) {
      ml = bytes.getInt32(at, true);
      mh = bytes.getInt32(at + 4, true);
    } else if (at === lastAt) {
      for (let byte = at; byte < length; byte++)
        if (byte < at + 4) ml |= bytes.getUint8(byte) << (8 * (byte - at));
        else mh |= bytes.getUint8(byte) << (8 * (byte - at - 4));
      mh |= length << 24;
    } else if (at === lastAt + BLOCK_BYTES) v2l ^= LONG_OUTPUT;
    else v1l ^= SECOND_HALF;
    v3l ^= ml;
    v3h ^= mh;
    for (let round = at > lastAt ? FINAL_ROUNDS : COMPRESSION_ROUNDS; round > 0; round--) {
      v0l = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (v0l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      const v1was = v1l;
      v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
      v1h = ((v1h << 13) | (v1was >>> 19)) ^ v0h;
      const v0was = v0l;
      v0l = v0h;
      v0h = v0was;
      v2l = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (v2l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      const v3was = v3l;
      v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
      v3h = ((v3h << 16) | (v3was >>> 16)) ^ v2h;
      v0l = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (v0l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0;
      const v3again = v3l;
      v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
      v3h = ((v3h << 21) | (v3again >>> 11)) ^ v0h;
      v2l = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (v2l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0;
      const v1again = v1l;
      v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
      v1h = ((v1h << 17) | (v1again >>> 15)) ^ v2h;
      const v2was = v2l;
      v2l = v2h;
      v2h = v2was;
    }
    v0l ^= ml;
    v0h ^= mh;
    if (at <= lastAt) continue;
    const half = tagAt + (at - lastAt - BLOCK_BYTES);
    bytes.setInt32(half, v0l ^ v1l ^ v2l ^ v3l, true);
    bytes.setInt32(half + 4, v0h ^ v1h ^ v2h ^ v3h, true);
  }
}
