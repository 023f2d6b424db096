// Native blocks of the same columns made one, by their bytes: no value is decoded.
import { type NativeBlock, takeMapApart } from './native-reader.ts';
import { writeNativeBlock } from './native-writer.ts';

/** Before the runs of a LowCardinality column stands its version; each run brings its dictionary, so runs follow one another. */
const VERSION_BYTES = 8;
const OFFSET_BYTES = 8;

/** One block's part of a column. */
interface Piece {
  readonly data: Uint8Array;
  readonly rows: number;
}

/**
 * The rows of all blocks, in order, as one block: at least one, each with rows, all with the columns of the first.
 * @throws RangeError where they differ
 */
export function joinNativeBlocks(blocks: readonly NativeBlock[]): Uint8Array {
  const columns = blocks[0]?.columns ?? [];
  const joined = columns.map(({ name, type }, at) => {
    const pieces = blocks.map(({ columns: its, rows }): Piece => {
      const column = its[at];
      if (column?.data === undefined || column.name !== name || column.type !== type || its.length !== columns.length)
        throw new RangeError(`a block has another column than ${name} ${type}`);
      return { data: column.data, rows };
    });
    return { name, type, data: joinData(type, pieces), values: [] };
  });
  return writeNativeBlock(joined, rowsOf(blocks));
}

function rowsOf(pieces: readonly { readonly rows: number }[]): number {
  return pieces.reduce((sum, { rows }) => sum + rows, 0);
}

function joinData(type: string, pieces: readonly Piece[]): Uint8Array {
  if (type.startsWith('Map(')) return joinMaps(pieces);
  if (type.startsWith('LowCardinality('))
    return Buffer.concat(pieces.map(({ data }, at) => (at === 0 ? data : data.subarray(VERSION_BYTES))));
  return Buffer.concat(pieces.map(({ data }) => data));
}

/** The version once, then of all pieces the offsets behind each row's last pair, the runs of keys, the values. */
function joinMaps(pieces: readonly Piece[]): Uint8Array {
  const maps = pieces.map(({ data, rows }) => takeMapApart(data, rows));
  const ends = Buffer.allocUnsafe(rowsOf(pieces) * OFFSET_BYTES);
  let [at, pairs] = [0, 0];
  for (const map of maps) {
    for (const end of map.ends) {
      ends.writeUInt32LE(pairs + end, at);
      ends.writeUInt32LE(0, at + 4);
      at += OFFSET_BYTES;
    }
    pairs += map.ends.at(-1) ?? 0;
  }
  const version = pieces[0]?.data.subarray(0, VERSION_BYTES) ?? Buffer.alloc(0);
  return Buffer.concat([version, ends, ...maps.map(({ keys }) => keys), ...maps.map(({ values }) => values)]);
}
