// Which records hold a large log, told by a header: the log store merges tables that hold such otherwise (docs/adr/0025).
import type { EncodedRecord, RecordHeaders } from './record-codec.ts';

/**
 * A log of more text is large. A merge reads a granule of 8192 rows of each part at once: of ten parts (as many as usually become one)
 * with logs up to this 0.67 GB at most, well under the embedded engine's 1.5 GiB.
 */
export const LARGE_LOG_BYTES = 8 * 1024;

/**
 * Bytes of the largest log as decimal text. Beside the headers that every record has, and not under its checksum: a reader that does not
 * know it stores the record as any other.
 */
const LARGEST = 'largest_log';

/** The record, with a header that says how large its largest log is where that is a large one. `bytes`: as of the column `bytes`. */
export function tellLargestLog(record: EncodedRecord, bytes: number): EncodedRecord {
  if (bytes <= LARGE_LOG_BYTES) return record;
  return { headers: new Map(record.headers).set(LARGEST, Buffer.from(String(bytes))), value: record.value };
}

/** Whether a large log is in the record. Whatever the header says: one that was damaged costs CPU of merges, and no log. */
export function hasLargeLog(headers: RecordHeaders): boolean {
  return headers.has(LARGEST);
}
