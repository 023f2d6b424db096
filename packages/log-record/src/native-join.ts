// Blocks of logs made one, by their bytes: no value is decoded.
import { LOG_COLUMNS } from './log-columns.ts';
import { LOW_CARDINALITY } from './low-cardinality.ts';
import { type Cursor, cursorOf, skip, skipRuns, skipStrings, takeEnds, takeVarint } from './native-cursor.ts';
import { widthOf } from './native-reader.ts';

/**
 * What a column of logs begins with in every block, and how what follows is put together with another block's: as it is, or after
 * the `ends` of a map's rows, which count the pairs of all rows before.
 */
interface Column {
  readonly head: Uint8Array;
  readonly kind: 'fixed' | 'strings' | 'runs' | 'map';
  /** Bytes of a value; 0 where they differ. */
  readonly width: number;
}

/** A block of logs that has been held against its bytes. */
export interface Joinable {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Of each column where what follows its head begins and ends; of a map where its ends do, and then the rest. */
  readonly places: readonly number[];
}

/** Bytes of where a map's row ends. */
const END_BYTES = 8;
const VARINT_BYTES_MAX = 8;
/** Up to so many bytes are copied one by one: to set up a copy takes as long. */
const COPIED_SINGLY_BYTES_MAX = 24;

const COLUMNS = LOG_COLUMNS.map(({ name, type }): Column => {
  const width = widthOf(type) ?? 0;
  const texts = [name, type].flatMap((text) => [text.length, ...Buffer.from(text)]);
  if (width > 0) return { head: Uint8Array.from(texts), kind: 'fixed', width };
  if (type === 'String') return { head: Uint8Array.from(texts), kind: 'strings', width };
  // Before the runs stands their version; each run brings its dictionary, so runs follow one another.
  const head = Uint8Array.from([...texts, LOW_CARDINALITY.version, 0, 0, 0, 0, 0, 0, 0]);
  return { head, kind: type.startsWith('Map(') ? 'map' : 'runs', width };
});

/**
 * Finds where the columns of a block of logs lie.
 * @throws RangeError where it is damaged, has no rows, other columns than logs have, or something behind it
 */
export function toJoin(bytes: Uint8Array): Joinable {
  const cursor = cursorOf(bytes);
  const columns = takeVarint(cursor);
  const rows = takeVarint(cursor);
  if (columns !== COLUMNS.length || rows === 0) throw new RangeError(`a block of ${columns} columns and ${rows} rows`);
  const places: number[] = [];
  for (const column of COLUMNS) {
    skipHead(cursor, column.head);
    places.push(cursor.at);
    if (column.kind === 'fixed') skip(cursor, rows * column.width);
    else if (column.kind === 'strings') skipStrings(cursor, rows);
    else if (column.kind === 'runs') skipRuns(cursor, rows);
    else {
      const pairs = takeEnds(cursor, rows);
      places.push(cursor.at, cursor.at);
      skipRuns(cursor, pairs);
      places.push(cursor.at, cursor.at);
      skipStrings(cursor, pairs);
    }
    places.push(cursor.at);
  }
  if (cursor.at !== bytes.byteLength) throw new RangeError('something follows the block');
  return { bytes: cursor.bytes, rows, places };
}

function skipHead(cursor: Cursor, head: Uint8Array): void {
  const { bytes } = cursor;
  const from = skip(cursor, head.length);
  for (let at = 0; at < head.length; at++) {
    if (bytes[from + at] !== head[at]) throw new RangeError('the block has other columns than logs have');
  }
}

/** What is joined is made here: a mebibyte for each would be garbage for which V8 looks through all that lives. */
let scratch = Buffer.alloc(0);

/** The rows of all blocks, in order, as one block; the next call writes it anew. */
export function joinBlocks(blocks: readonly Joinable[]): Uint8Array {
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const bytesMax = blocks.reduce((sum, { bytes }) => sum + bytes.length, 2 * VARINT_BYTES_MAX);
  if (scratch.length < bytesMax) scratch = Buffer.allocUnsafeSlow(bytesMax);
  const to: Cursor = { bytes: scratch, at: 0 };
  putVarint(to, COLUMNS.length);
  putVarint(to, rows);
  let place = 0;
  for (const { head, kind } of COLUMNS) {
    to.bytes.set(head, skip(to, head.length));
    if (kind === 'map') {
      putEnds(to, blocks, place);
      putAll(to, blocks, place + 2);
      place += 4;
    }
    putAll(to, blocks, place);
    place += 2;
  }
  return to.bytes.subarray(0, to.at);
}

function putAll(to: Cursor, blocks: readonly Joinable[], place: number): void {
  for (const { bytes, places } of blocks) {
    const from = places[place] ?? 0;
    const end = places[place + 1] ?? 0;
    const at = skip(to, end - from);
    if (end - from > COPIED_SINGLY_BYTES_MAX) bytes.copy(to.bytes, at, from, end);
    else for (let next = from; next < end; next++) to.bytes[at + next - from] = bytes[next] ?? 0;
  }
}

/** No sum passes 2^32: each pair is two bytes at least of blocks of some mebibytes. */
function putEnds(to: Cursor, blocks: readonly Joinable[], place: number): void {
  let pairs = 0;
  for (const { bytes, rows, places } of blocks) {
    const from = places[place] ?? 0;
    const at = skip(to, rows * END_BYTES);
    let end = 0;
    for (let row = 0; row < rows; row++) {
      end = bytes.readUInt32LE(from + row * END_BYTES);
      to.bytes.writeUInt32LE(pairs + end, at + row * END_BYTES);
      to.bytes.writeUInt32LE(0, at + row * END_BYTES + 4);
    }
    pairs += end;
  }
}

function putVarint(to: Cursor, value: number): void {
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) to.bytes[skip(to, 1)] = (left % 0x80) | 0x80;
  to.bytes[skip(to, 1)] = left;
}
