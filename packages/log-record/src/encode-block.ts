// Encodes the open block as one block of ClickHouse's Native format, as its HTTP interface reads it (no client revision).

import { MODES } from '@sazabi/contract';
import type { BlockState } from './block-state.ts';
import type { Dictionary } from './dictionary.ts';
import { LEVELS, levelIndexOf } from './level.ts';
import { LOG_COLUMNS, type LogColumnName } from './log-columns.ts';
import { LOW_CARDINALITY } from './low-cardinality.ts';
import { spreadOrdinals, spreadRuns, UUID_WORDS } from './request-runs.ts';
import { createStringColumn, KEPT_BYTES_MAX, pushText, type StringColumn, writeVarint } from './string-column.ts';

/** The block being written. */
interface BlockOutput {
  bytes: Buffer;
  length: number;
  /** Scratch space: a column of words while it is spread from the runs. */
  rowWords: Int32Array;
}

const INITIAL_BYTES = 64 * 1024;
const INITIAL_ROW_WORDS = 4096;
/** Bytes a row takes in the columns of fixed width, its dictionary indexes (one byte each) included. */
const FIXED_ROW_BYTES = 16 + 1 + 8 + 8 + 2 + 1 + 1 + 1 + 1 + 1 + 1 + 8 + 1 + 4 + 16 + 4;
/** What stands before each column's data: its name and type as Strings. */
const COLUMN_HEADERS = LOG_COLUMNS.map((column) => {
  const header = createStringColumn(64);
  pushText(header, column.name);
  pushText(header, column.type);
  return { name: column.name, header: header.bytes.subarray(0, header.length) };
});

function fixedKeys(texts: readonly string[]): StringColumn {
  const keys = createStringColumn(64);
  for (const text of texts) pushText(keys, text);
  return keys;
}

const MODE_KEYS = fixedKeys(MODES);
const LEVEL_KEYS = fixedKeys(LEVELS);

/** Version, flags, count of keys, count of rows. */
const RUN_HEADER_BYTES = 32;
/** What a block has beside its rows: names and types, counts of columns and rows, at most one run header a column. */
const FRAME_BYTES =
  10 +
  COLUMN_HEADERS.reduce((bytes, { header }) => bytes + header.length + RUN_HEADER_BYTES, 0) +
  MODE_KEYS.length +
  LEVEL_KEYS.length;

/** One for all blocks of the thread, as each is compressed before the next is encoded: grown to what the largest needed. */
const shared: BlockOutput = {
  bytes: Buffer.allocUnsafeSlow(INITIAL_BYTES),
  length: 0,
  rowWords: new Int32Array(INITIAL_ROW_WORDS),
};

function dictionaryBytes(dictionary: Dictionary, rows: number): number {
  return dictionary.keys.length + (LOW_CARDINALITY.indexFor(dictionary.count).width - 1) * rows;
}

/** Size of the encoded block, at most a few hundred bytes too high: never too low, as `encodeBlock` allocates by it. */
export function blockBytes(state: BlockState): number {
  const { rowCount: rows, attributes } = state;
  let bytes = FRAME_BYTES + rows * FIXED_ROW_BYTES + state.message.length + state.traceId.length + state.spanId.length;
  bytes += dictionaryBytes(state.service, rows) + dictionaryBytes(state.environment, rows);
  bytes += dictionaryBytes(state.host, rows) + dictionaryBytes(state.eventName, rows);
  bytes += dictionaryBytes(state.keyId, rows) + dictionaryBytes(attributes.keys, attributes.count);
  return bytes + attributes.count + attributes.values.length;
}

function putBytes(output: BlockOutput, bytes: Uint8Array): void {
  output.bytes.set(bytes, output.length);
  output.length += bytes.length;
}

function putVarint(output: BlockOutput, value: number): void {
  output.length = writeVarint(output.bytes, value, output.length);
}

/** An UInt64 below 2^32. */
function putUInt64(output: BlockOutput, value: number): void {
  output.bytes.writeUInt32LE(value, output.length);
  output.bytes.writeUInt32LE(0, output.length + 4);
  output.length += 8;
}

/** The first `count` elements as they lie in memory: little endian, as every platform this runs on. */
function putWords(output: BlockOutput, words: Int32Array, count: number): void {
  putBytes(output, new Uint8Array(words.buffer, words.byteOffset, count * 4));
}

function takeRowWords(output: BlockOutput, count: number): Int32Array {
  if (output.rowWords.length < count) output.rowWords = new Int32Array(count * 2);
  return output.rowWords;
}

function putString(output: BlockOutput, column: StringColumn): void {
  putBytes(output, column.bytes.subarray(0, column.length));
}

/** A run of `count` rows: its header and dictionary. The indexes, of the width for `keyCount` each, must follow. */
function putDictionary(output: BlockOutput, keys: StringColumn, keyCount: number, count: number): void {
  putUInt64(output, LOW_CARDINALITY.indexFor(keyCount).type | LOW_CARDINALITY.hasAdditionalKeys);
  putUInt64(output, keyCount);
  putString(output, keys);
  putUInt64(output, count);
}

function putIndexes(output: BlockOutput, dictionary: Dictionary, indexes: Int32Array, count: number): void {
  const keyCount = dictionary.count;
  putDictionary(output, dictionary.keys, keyCount, count);
  const { width } = LOW_CARDINALITY.indexFor(keyCount);
  if (width === 4) {
    putWords(output, indexes, count);
    return;
  }
  const { bytes } = output;
  let at = output.length;
  if (width === 1) for (let i = 0; i < count; i++) bytes[at++] = indexes[i] ?? 0;
  else {
    for (let i = 0; i < count; i++) {
      const index = indexes[i] ?? 0;
      bytes[at++] = index & 0xff;
      bytes[at++] = index >>> 8;
    }
  }
  output.length = at;
}

function putLowCardinality(output: BlockOutput, dictionary: Dictionary, indexes: Int32Array, rows: number): void {
  putUInt64(output, LOW_CARDINALITY.version);
  putIndexes(output, dictionary, indexes, rows);
}

/** A column that each request fixes, of `width` words a row. */
function putRuns(output: BlockOutput, state: BlockState, words: Int32Array, width: number): void {
  const rowWords = takeRowWords(output, state.rowCount * width);
  spreadRuns(state.runs, words, width, state.rowCount, rowWords);
  putWords(output, rowWords, state.rowCount * width);
}

function putModes(output: BlockOutput, state: BlockState): void {
  putUInt64(output, LOW_CARDINALITY.version);
  putDictionary(output, MODE_KEYS, MODES.length, state.rowCount);
  const rowWords = takeRowWords(output, state.rowCount);
  spreadRuns(state.runs, state.runs.mode, 1, state.rowCount, rowWords);
  for (let row = 0; row < state.rowCount; row++) output.bytes[output.length++] = rowWords[row] ?? 0;
}

function putKeyIds(output: BlockOutput, state: BlockState): void {
  const rowWords = takeRowWords(output, state.rowCount);
  spreadRuns(state.runs, state.runs.keyId, 1, state.rowCount, rowWords);
  putLowCardinality(output, state.keyId, rowWords, state.rowCount);
}

function putOrdinals(output: BlockOutput, state: BlockState): void {
  const rowWords = takeRowWords(output, state.rowCount);
  spreadOrdinals(state.runs, state.rowCount, rowWords);
  putWords(output, rowWords, state.rowCount);
}

function putLevels(output: BlockOutput, state: BlockState): void {
  putUInt64(output, LOW_CARDINALITY.version);
  putDictionary(output, LEVEL_KEYS, LEVELS.length, state.rowCount);
  const { bytes } = output;
  const { severity } = state.rows;
  for (let row = 0; row < state.rowCount; row++) bytes[output.length++] = levelIndexOf(severity[row] ?? 1);
}

function putExpiry(output: BlockOutput, state: BlockState): void {
  const { bytes } = output;
  for (let row = 0; row < state.rowCount; row++) {
    bytes[output.length++] = state.expiresOnDay & 0xff;
    bytes[output.length++] = state.expiresOnDay >>> 8;
  }
}

/** A map is an array of pairs: the keys' version, offsets behind each row's last pair, keys, values; no pairs, no run. */
function putAttributes(output: BlockOutput, state: BlockState): void {
  const { attributes, rows, rowCount } = state;
  putUInt64(output, LOW_CARDINALITY.version);
  putWords(output, rows.attributesEnd, rowCount * 2);
  if (attributes.count > 0) putIndexes(output, attributes.keys, attributes.keyIndexes, attributes.count);
  putString(output, attributes.values);
}

const COLUMN_WRITERS: Readonly<Record<LogColumnName, (output: BlockOutput, state: BlockState) => void>> = {
  project_id: (output, state) => putRuns(output, state, state.runs.projectId, UUID_WORDS),
  mode: putModes,
  timestamp: (output, state) => putWords(output, state.rows.timestamp, state.rowCount * 2),
  received_at: (output, state) => putRuns(output, state, state.runs.receivedAt, 2),
  expires_on: putExpiry,
  severity_number: (output, state) => putBytes(output, state.rows.severity.subarray(0, state.rowCount)),
  level: putLevels,
  service: (output, state) => putLowCardinality(output, state.service, state.rows.service, state.rowCount),
  environment: (output, state) => putLowCardinality(output, state.environment, state.rows.environment, state.rowCount),
  host: (output, state) => putLowCardinality(output, state.host, state.rows.host, state.rowCount),
  message: (output, state) => putString(output, state.message),
  event_name: (output, state) => putLowCardinality(output, state.eventName, state.rows.eventName, state.rowCount),
  trace_id: (output, state) => putString(output, state.traceId),
  span_id: (output, state) => putString(output, state.spanId),
  attributes: putAttributes,
  key_id: putKeyIds,
  bytes: (output, state) => putWords(output, state.rows.bytes, state.rowCount),
  batch_id: (output, state) => putRuns(output, state, state.runs.batchId, UUID_WORDS),
  ordinal: putOrdinals,
};

/** The Native block of all rows; a view, valid until the next block of this thread is encoded. */
export function encodeBlock(state: BlockState): Uint8Array {
  const output = shared;
  const needed = blockBytes(state);
  if (needed > output.bytes.length || (output.bytes.length > KEPT_BYTES_MAX && needed < KEPT_BYTES_MAX))
    output.bytes = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(needed + (needed >>> 2), KEPT_BYTES_MAX)));
  output.length = 0;
  putVarint(output, LOG_COLUMNS.length);
  putVarint(output, state.rowCount);
  for (const { name, header } of COLUMN_HEADERS) {
    putBytes(output, header);
    // A block without rows ends each column with its type.
    if (state.rowCount > 0) COLUMN_WRITERS[name](output, state);
  }
  return output.bytes.subarray(0, output.length);
}
