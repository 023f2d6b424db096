// Small blocks joined to larger ones before they are inserted: ClickHouse takes up to 1.4 ms for each block, however few its rows.
import { zstdCompressSync } from 'node:zlib';
import { type Joinable, joinBlocks, toJoin } from './native-join.ts';
import { inflateBlock } from './read-log-block.ts';
import { storedFrame } from './stored-frame.ts';
import { zstdOptions } from './zstd-options.ts';

/** A larger frame, of some 250 rows or more, is worth a block of its own. */
const SMALL_FRAME_BYTES_MAX = 16 * 1024;
/** What is joined is a few milliseconds' work. A request of 20 MiB may be a frame of 2 KB: it is not inflated beyond this. */
const JOINED_BYTES_MAX = 1024 * 1024;
interface SmallFrame {
  readonly frame: Uint8Array;
  readonly block: Joinable;
}

/** What becomes of a joined block: compressed, or stored as it is, for a reader on the same machine. */
export type Packing = 'compressed' | 'stored';

/**
 * The same rows in the same order, in fewer frames of one Native block of logs each. A frame that cannot be read stays as it is, for the
 * store to say why.
 */
export function* joinFrames(frames: readonly Uint8Array[], packing: Packing): Generator<Uint8Array> {
  let neighbours: SmallFrame[] = [];
  let bytes = 0;
  for (const frame of frames) {
    const block = frame.byteLength > SMALL_FRAME_BYTES_MAX ? null : blockIn(frame);
    if (block === null || bytes + block.bytes.length > JOINED_BYTES_MAX) {
      yield* join(neighbours, packing);
      neighbours = [];
      bytes = 0;
    }
    if (block === null) yield frame;
    else {
      neighbours.push({ frame, block });
      bytes += block.bytes.length;
    }
  }
  yield* join(neighbours, packing);
}

function blockIn(frame: Uint8Array): Joinable | null {
  try {
    return toJoin(inflateBlock(frame, JOINED_BYTES_MAX));
  } catch (error) {
    // Whatever is wrong with it, the store says it better. A zstd error has a code, and so has one of a size that is too large.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

function join(neighbours: readonly SmallFrame[], packing: Packing): readonly Uint8Array[] {
  if (neighbours.length < 2) return neighbours.map(({ frame }) => frame);
  const block = joinBlocks(neighbours.map(({ block }) => block));
  return [packing === 'stored' ? storedFrame(block) : zstdCompressSync(block, zstdOptions(block.byteLength))];
}
