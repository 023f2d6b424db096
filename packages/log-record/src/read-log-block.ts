// The block of logs in a record's frame: inflated, and held against the columns that logs have.
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { LOG_COLUMNS, type LogColumnName } from './log-columns.ts';
import { type NativeBlock, type NativeValue, readNativeBlock } from './native-reader.ts';
import { bytesOfStored } from './stored-frame.ts';

/** A block is 1 MiB, or one request that may be 20 MiB inflated: past this a frame is damaged, or a bomb. */
export const BLOCK_BYTES_MAX = 64 * 1024 * 1024;
/** Inflated at once up to this size, about 1 ms at most; a larger frame in a thread of the pool. */
const INFLATED_AT_ONCE_BYTES_MAX = 64 * 1024;

export type ReadLogBlock =
  | { readonly ok: true; readonly block: NativeBlock }
  | { readonly ok: false; readonly reason: string };

/** Logs are inflated to about so many times their bytes. */
const USUAL_RATIO = 8;
const CHUNK_BYTES_MIN = 1024;
const CHUNK_BYTES_MAX = 64 * 1024;

const inflate = promisify(zstdDecompress);

/** What is inflated at a time: Node allocates it anew for each frame, 64 KiB where it is not told. */
function chunkBytes(frame: Uint8Array): number {
  return Math.min(Math.max(frame.byteLength * USUAL_RATIO, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX);
}

/**
 * The one block of logs in a zstd frame, or why there is none. Never throws; a look at its values may (RangeError).
 * @param maxOutputLength bytes of a compressed block: of a larger one no more is inflated
 */
export function readLogBlock(frame: Uint8Array, maxOutputLength = BLOCK_BYTES_MAX): ReadLogBlock {
  try {
    const inflated = () => zstdDecompressSync(frame, { maxOutputLength, chunkSize: chunkBytes(frame) });
    return logBlockIn(bytesOfStored(frame) ?? inflated());
  } catch (error) {
    // The reader's RangeError, or whatever the decompressor finds wrong.
    return unreadable(error);
  }
}

/** As {@link readLogBlock}, without holding up the event loop while a large frame is inflated. */
export async function readLogBlockAside(frame: Uint8Array): Promise<ReadLogBlock> {
  if (frame.byteLength <= INFLATED_AT_ONCE_BYTES_MAX) return readLogBlock(frame);
  try {
    return logBlockIn(await inflate(frame, { maxOutputLength: BLOCK_BYTES_MAX }));
  } catch (error) {
    return unreadable(error);
  }
}

/** The values of a column of logs. */
export function columnOf(block: NativeBlock, name: LogColumnName): readonly NativeValue[] {
  return block.columns.find((column) => column.name === name)?.values ?? [];
}

export function unreadable(error: unknown): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: error instanceof Error ? error.message : String(error) };
}

function logBlockIn(bytes: Uint8Array): ReadLogBlock {
  const block = readNativeBlock(bytes);
  if (block.byteLength !== bytes.length) return { ok: false, reason: 'something follows the block' };
  const isOfLogs =
    block.columns.length === LOG_COLUMNS.length &&
    LOG_COLUMNS.every(({ name, type }, at) => block.columns[at]?.name === name && block.columns[at]?.type === type);
  return isOfLogs ? { ok: true, block } : { ok: false, reason: 'the block has other columns than logs have' };
}
