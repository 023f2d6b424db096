// Rows of a block of logs one after the other, decoded as far as somebody looks: time and memory go by what is looked at.
import type { LogColumnName } from './log-columns.ts';
import { LOW_CARDINALITY } from './low-cardinality.ts';
import type { NativeBlock } from './native-reader.ts';
import { uuidToText } from './uuid.ts';

export type UuidColumn = 'project_id' | 'batch_id';
export type TextColumn =
  | 'mode'
  | 'level'
  | 'service'
  | 'environment'
  | 'host'
  | 'message'
  | 'event_name'
  | 'trace_id'
  | 'span_id'
  | 'key_id';

/** A row at a time, forwards; what is asked is asked of the row that was gone to last. */
export interface LogRows {
  readonly count: number;
  /** @param row 0 … count − 1, never before an earlier one */
  goTo(row: number): void;
  uuid(column: UuidColumn): string;
  /** Nanoseconds since 1970. */
  timestamp(): bigint;
  /** Milliseconds since 1970. */
  receivedAt(): bigint;
  severityNumber(): number;
  ordinal(): number;
  text(column: TextColumn): string;
  /** In their order. */
  attributes(): readonly (readonly [string, string])[];
}

/** A dictionary that has so many keys at most keeps their texts once they are decoded. */
const KEYS_KEPT_MAX = 4_096;
/** Bytes of an index of a LowCardinality column, by its type. */
const INDEX_WIDTHS = [1, 2, 4];

/**
 * @param block as `readLogBlock` gives it: its columns are those of logs and their lengths have been held against its bytes
 * @throws RangeError, then or at a look, where a value is damaged all the same
 */
export function openLogRows(block: NativeBlock): LogRows {
  let row = 0;
  const dataOf = (name: LogColumnName): Buffer => {
    const data = block.columns.find((column) => column.name === name)?.data ?? new Uint8Array(0);
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  };
  const uuids = { project_id: createUuids(dataOf('project_id')), batch_id: createUuids(dataOf('batch_id')) };
  const timestamps = dataOf('timestamp');
  const receivedAts = dataOf('received_at');
  const severities = dataOf('severity_number');
  const ordinals = dataOf('ordinal');
  const [keyed, plain] = [
    (name: TextColumn) => createTexts(createKeyed(dataOf(name), LOW_CARDINALITY_HEAD, block.rows).at),
    (name: TextColumn) => createTexts(createStrings(dataOf(name), 0).at),
  ];
  const texts: Readonly<Record<TextColumn, (row: number) => string>> = {
    mode: keyed('mode'),
    level: keyed('level'),
    service: keyed('service'),
    environment: keyed('environment'),
    host: keyed('host'),
    message: plain('message'),
    event_name: keyed('event_name'),
    trace_id: plain('trace_id'),
    span_id: plain('span_id'),
    key_id: keyed('key_id'),
  };
  const attributes = createMaps(dataOf('attributes'), block.rows);
  return {
    count: block.rows,
    goTo(next) {
      row = next;
    },
    uuid: (column) => uuids[column](row),
    timestamp: () => timestamps.readBigInt64LE(row * 8),
    receivedAt: () => receivedAts.readBigInt64LE(row * 8),
    severityNumber: () => severities.readUInt8(row),
    ordinal: () => ordinals.readUInt32LE(row * 4),
    text: (column) => texts[column](row),
    attributes: () => attributes(row),
  };
}

/** Rows of one request have the same: the text is made once for all of them. */
function createUuids(data: Buffer): (row: number) => string {
  let [high, low, text] = [0n, 0n, ''];
  return (row) => {
    const [first, second] = [data.readBigUInt64LE(row * 16), data.readBigUInt64LE(row * 16 + 8)];
    if (text === '' || first !== high || second !== low) {
      const id = Buffer.alloc(16);
      id.writeBigUInt64BE(first, 0);
      id.writeBigUInt64BE(second, 8);
      [high, low, text] = [first, second, uuidToText(id)];
    }
    return text;
  };
}

/** A row's text is decoded once however many look at it. */
function createTexts(at: (row: number) => string): (row: number) => string {
  let known = -1;
  let text = '';
  return (row) => {
    if (row !== known) [known, text] = [row, at(row)];
    return text;
  };
}

/** A number of 7 bits a byte, and where it ends. */
function varintAt(data: Buffer, from: number): { readonly value: number; readonly end: number } {
  let [value, factor, end] = [0, 1, from];
  for (;;) {
    const byte = data.readUInt8(end);
    end += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end };
    factor *= 0x80;
  }
}

/** Strings one behind the other, from `start` on: forwards only, the last one again. */
function createStrings(data: Buffer, start: number): { at(index: number): string } {
  /** Of the string `index`, once it was gone to. */
  let [index, from, to] = [-1, start, start];
  const goTo = (wanted: number) => {
    while (index < wanted) {
      const { value, end } = varintAt(data, to);
      [index, from, to] = [index + 1, end, end + value];
    }
  };
  return {
    at(wanted) {
      goTo(wanted);
      return data.toString('utf8', from, to);
    },
  };
}

/** Bytes of the version that a LowCardinality column begins with. */
const LOW_CARDINALITY_HEAD = 8;

interface Run {
  /** Index of its first value, and one past its last. */
  readonly first: number;
  readonly end: number;
  readonly key: (at: number) => string;
  readonly width: number;
  readonly indexesAt: number;
  readonly bytesEnd: number;
}

/** Values of a LowCardinality(String), from `start` on: runs, each with its own dictionary. Forwards only. */
function createKeyed(data: Buffer, start: number, count: number): { at(index: number): string; bytesEnd(): number } {
  let run: Run | null = null;
  const runOf = (index: number): Run => {
    while (run === null || run.end <= index) run = openRun(data, run?.bytesEnd ?? start, run?.end ?? 0);
    return run;
  };
  return {
    at(index) {
      const { first, key, width, indexesAt } = runOf(index);
      return key(data.readUIntLE(indexesAt + (index - first) * width, width));
    },
    bytesEnd: () => (count === 0 ? start : runEndOf(data, start, count)),
  };
}

function openRun(data: Buffer, at: number, first: number): Run {
  const flags = Number(data.readBigUInt64LE(at));
  const width = INDEX_WIDTHS[flags & 0xff];
  if (width === undefined || (flags & LOW_CARDINALITY.hasAdditionalKeys) === 0)
    throw new RangeError(`index type ${flags} is not supported`);
  const keyCount = Number(data.readBigUInt64LE(at + 8));
  const starts = new Uint32Array(keyCount + 1);
  let next = at + 16;
  for (let key = 0; key < keyCount; key++) {
    starts[key] = next;
    const { value, end } = varintAt(data, next);
    next = end + value;
  }
  starts[keyCount] = next;
  const rows = Number(data.readBigUInt64LE(next));
  const indexesAt = next + 8;
  return {
    first,
    end: first + rows,
    key: createKeys(data, starts),
    width,
    indexesAt,
    bytesEnd: indexesAt + rows * width,
  };
}

function createKeys(data: Buffer, starts: Uint32Array): (at: number) => string {
  const kept = new Map<number, string>();
  const keeps = starts.length <= KEYS_KEPT_MAX;
  return (at) => {
    const known = kept.get(at);
    if (known !== undefined) return known;
    const [start, end] = [starts[at], starts[at + 1]];
    if (start === undefined || end === undefined) throw new RangeError('an index is beyond its dictionary');
    const text = data.toString('utf8', varintAt(data, start).end, end);
    if (keeps) kept.set(at, text);
    return text;
  };
}

/** Where the runs of `count` values end. */
function runEndOf(data: Buffer, start: number, count: number): number {
  let run = openRun(data, start, 0);
  while (run.end < count) run = openRun(data, run.bytesEnd, run.end);
  return run.bytesEnd;
}

/** Maps of a Map(LowCardinality(String), String), by row. Forwards only. */
function createMaps(data: Buffer, rows: number): (row: number) => readonly (readonly [string, string])[] {
  const endOf = (row: number) => (row < 0 ? 0 : Number(data.readBigUInt64LE(LOW_CARDINALITY_HEAD + row * 8)));
  const keysAt = LOW_CARDINALITY_HEAD + rows * 8;
  let parts: { readonly keys: (at: number) => string; readonly values: (at: number) => string } | null = null;
  const open = () => {
    const count = endOf(rows - 1);
    const keys = createKeyed(data, keysAt, count);
    return { keys: keys.at, values: createStrings(data, keys.bytesEnd()).at };
  };
  let known = -1;
  let pairs: (readonly [string, string])[] = [];
  return (row) => {
    if (row === known) return pairs;
    known = row;
    pairs = [];
    for (let at = endOf(row - 1); at < endOf(row); at++) {
      parts ??= open();
      pairs.push([parts.keys(at), parts.values(at)]);
    }
    return pairs;
  };
}
