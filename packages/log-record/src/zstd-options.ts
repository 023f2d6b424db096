// How a block becomes a zstd frame, at the intake and where small ones are joined.
import { constants, type ZstdOptions } from 'node:zlib';

/**
 * Level 1: of generated logs 0.64 of the CPU of level 3, which is Node's, and 2 % fewer bytes. A table of matches of 32 KiB instead of 64:
 * 8 to 18 % less CPU for blocks of 340 and 640 KB, 0.4 % more bytes.
 */
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_hashLog]: 13 };

/**
 * For a block of so many bytes, compressed at once. Knowing the size, zstd takes tables that fit it. With room for any frame
 * (ZSTD_COMPRESSBOUND) it takes the block in one pass; with less it copies it into a window of its own, and looks for matches across the
 * window's ends by a slower loop: a fifth more CPU.
 */
export function zstdOptions(byteLength: number): ZstdOptions {
  return { params: PARAMS, pledgedSrcSize: byteLength, chunkSize: byteLength + (byteLength >>> 8) + 128 };
}
