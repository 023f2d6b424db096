// A growing column of ClickHouse's String: each value a varint of its UTF-8 length, then the bytes.

export interface StringColumn {
  bytes: Buffer;
  length: number;
}

const INITIAL_BYTES = 16 * 1024;
/** Buffers up to twice a full batch (1 MiB) are kept from batch to batch. */
export const KEPT_BYTES_MAX = 2 * 1024 * 1024;
/** One UTF-16 unit is at most three bytes of UTF-8 (a pair is four). */
const BYTES_PER_UNIT_MAX = 3;
const VARINT_BYTES_MAX = 5;
/** Below this many units a loop of one-byte characters is faster than the call of Buffer.write (18 ns, Node 22). */
const LOOP_UNITS_MAX = 8;
/** Up to so many bytes a loop copies, without a view of them for `set`. */
const COPY_LOOP_MAX = 64;

/** An empty column. */
export function createStringColumn(initialBytes: number = INITIAL_BYTES): StringColumn {
  const bytes = Buffer.allocUnsafeSlow(initialBytes);
  return { bytes, length: 0 };
}

/** Empties the column; a buffer that one huge request made large is let go, as an open block lives as long as the process. */
export function clearStringColumn(column: StringColumn): void {
  column.length = 0;
  if (column.bytes.length > KEPT_BYTES_MAX) column.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
}

/** Cuts the column back to `length`; a buffer that grew for what is gone is let go. */
export function cutStringColumn(column: StringColumn, length: number): void {
  column.length = length;
  if (column.bytes.length <= KEPT_BYTES_MAX || length > KEPT_BYTES_MAX / 2) return;
  const bytes = Buffer.allocUnsafeSlow(Math.max(INITIAL_BYTES, length * 2));
  bytes.set(column.bytes.subarray(0, length));
  column.bytes = bytes;
}

function grow(column: StringColumn, needed: number): void {
  const bytes = Buffer.allocUnsafeSlow(Math.max(column.bytes.length * 2, needed + (needed >>> 2)));
  bytes.set(column.bytes.subarray(0, column.length));
  column.bytes = bytes;
}

/** Makes room for so many bytes more. */
function reserve(column: StringColumn, bytes: number): void {
  if (column.length + bytes > column.bytes.length) grow(column, column.length + bytes);
}

/** Bytes of a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Writes `value` (< 2^32) as a varint (LEB128) at `at`; answers the place after it. */
export function writeVarint(bytes: Uint8Array, value: number, at: number): number {
  while (value >= 0x80) {
    bytes[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  bytes[at++] = value;
  return at;
}

/** Appends the value whose UTF-8 is `bytes` from `start` to `end`. */
export function pushBytes(column: StringColumn, bytes: Uint8Array, start: number, end: number): void {
  reserve(column, end - start + VARINT_BYTES_MAX);
  const into = column.bytes;
  let at = writeVarint(into, end - start, column.length);
  for (let from = start; from < end; from++) into[at++] = bytes[from] ?? 0;
  column.length = at;
}

/** Appends values that lie in `bytes` as a column has them, `length` bytes from `start` on. */
export function appendColumn(column: StringColumn, bytes: Uint8Array, start: number, length: number): void {
  reserve(column, length);
  const into = column.bytes;
  if (length > COPY_LOOP_MAX) into.set(bytes.subarray(start, start + length), column.length);
  else for (let from = 0; from < length; from++) into[column.length + from] = bytes[start + from] ?? 0;
  column.length += length;
}

/** Appends one value; lone surrogates become U+FFFD. Answers the bytes of UTF-8 it took, its length prefix apart. */
export function pushText(column: StringColumn, text: string): number {
  const units = text.length;
  const start = column.length;
  const needed = start + units * BYTES_PER_UNIT_MAX + VARINT_BYTES_MAX;
  if (needed > column.bytes.length) grow(column, needed);
  const bytes = column.bytes;
  if (units < LOOP_UNITS_MAX) {
    let at = start + 1;
    let all = 0;
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i);
      all |= unit;
      bytes[at++] = unit;
    }
    if (all < 0x80) {
      bytes[start] = units;
      column.length = at;
      return units;
    }
  }
  // Mostly ASCII: leave room for the length of that, and move the text when it turns out longer.
  const prefix = varintBytes(units);
  const written = bytes.write(text, start + prefix);
  const prefixNeeded = varintBytes(written);
  if (prefixNeeded !== prefix) bytes.copyWithin(start + prefixNeeded, start + prefix, start + prefix + written);
  writeVarint(bytes, written, start);
  column.length = start + prefixNeeded + written;
  return written;
}
