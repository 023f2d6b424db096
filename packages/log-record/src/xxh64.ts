// The one instance of xxhash (WebAssembly, 3 KB): checksum of bus records, partition of a request, hot look-up tables.
import xxhash, { type XXHashAPI } from 'xxhash-wasm';

export type { XXHashAPI } from 'xxhash-wasm';

// Compiled when the module is loaded (about 1 ms), so that encoding a record needs no await and cannot come too early.
export const xxh: XXHashAPI = await xxhash();

/** The hash functions; `h64` and `h64Raw` answer a bigint, `h32` and `h32Raw` a number. */
export async function loadXxh64(): Promise<XXHashAPI> {
  return xxh;
}
