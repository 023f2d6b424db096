// The block of logs in a record's frame: inflated, and held against the columns that logs have.
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { contentBytesOf } from './content-bytes.ts';
import { LOG_COLUMNS, type LogColumnName } from './log-columns.ts';
import { type NativeBlock, type NativeValue, readNativeBlock } from './native-reader.ts';
import { bytesOfStored } from './stored-frame.ts';

/** A block is 1 MiB, or one request that may be 20 MiB inflated: past this a frame is damaged, or a bomb. */
export const BLOCK_BYTES_MAX = 64 * 1024 * 1024;
/** Inflated at once where it becomes no more than this, about 1 ms at most; a larger one in a thread of the pool. */
const INFLATED_AT_ONCE_BYTES_MAX = 128 * 1024;

export type ReadLogBlock =
  | { readonly ok: true; readonly block: NativeBlock }
  | { readonly ok: false; readonly reason: string };

/** Inflated at a time where a frame does not say how large it becomes: none of ours. */
const CHUNK_BYTES_MAX = 64 * 1024;
/** Node takes none smaller than 64; and a chunk that is just filled is followed by one for nothing. */
const CHUNK_BYTES_MORE = 64;

const inflate = promisify(zstdDecompress);

/** What Node allocates for a frame, 64 KiB at a time where it is not told: as much as the frame says, which is only a claim. */
function chunkBytes(frame: Uint8Array, maxOutputLength: number): number {
  const claimed = contentBytesOf(frame);
  return claimed === null || claimed > maxOutputLength ? CHUNK_BYTES_MAX : claimed + CHUNK_BYTES_MORE;
}

/** A frame's bytes: uncopied where they are stored as they are. @throws Error where it is no frame, or of more than `maxOutputLength` */
export function inflateBlock(frame: Uint8Array, maxOutputLength: number): Uint8Array {
  const options = { maxOutputLength, chunkSize: chunkBytes(frame, maxOutputLength), info: true };
  return bytesOfStored(frame) ?? wholeOf(zstdDecompressSync(frame, options), frame);
}

/**
 * The one block of logs in the one zstd frame, or why there is none. Never throws; a look at its values may (RangeError).
 * @param maxOutputLength bytes of a compressed block: of a larger one no more is inflated
 */
export function readLogBlock(frame: Uint8Array, maxOutputLength = BLOCK_BYTES_MAX): ReadLogBlock {
  try {
    return logBlockIn(inflateBlock(frame, maxOutputLength));
  } catch (error) {
    // The reader's RangeError, or whatever the decompressor finds wrong.
    return unreadable(error);
  }
}

/** As {@link readLogBlock}, without holding up the event loop while a large frame is inflated. */
export async function readLogBlockAside(frame: Uint8Array): Promise<ReadLogBlock> {
  if ((contentBytesOf(frame) ?? BLOCK_BYTES_MAX) <= INFLATED_AT_ONCE_BYTES_MAX) return readLogBlock(frame);
  try {
    const inflated = await inflate(frame, { maxOutputLength: BLOCK_BYTES_MAX, info: true });
    return logBlockIn(wholeOf(inflated, frame));
  } catch (error) {
    return unreadable(error);
  }
}

/** What Node 22 puts behind a frame that fits the chunk it is made in to the byte. */
const EMPTY_FRAME = Buffer.from('28b52ffd2000010000', 'hex');

/**
 * What `info: true` makes of a result (not in Node's types): the bytes, and the decoder, which tells how much it has read. Node ends with
 * the first frame of several, without a word; the store reads all of them.
 * @throws RangeError where a second frame follows that may hold something
 */
function wholeOf(result: unknown, frame: Uint8Array): Uint8Array {
  if (typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result) {
    const { buffer, engine } = result;
    const read =
      typeof engine === 'object' && engine !== null && 'bytesWritten' in engine ? Number(engine.bytesWritten) : 0;
    const isWhole = read === frame.byteLength || EMPTY_FRAME.equals(frame.subarray(read));
    if (isWhole && buffer instanceof Uint8Array) return buffer;
  }
  throw new RangeError('something follows the frame');
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
