// How much of a record large logs are, told by a header: the log store merges tables that many come into otherwise (docs/adr/0025).
import type { EncodedRecord, RecordHeaders } from './record-codec.ts';

/**
 * A log of more text is large. A merge reads a granule of 8192 rows of each part at once: of ten parts (as many as usually become one)
 * with logs up to this 0.67 GB at most, well under the embedded engine's 1.5 GiB.
 */
export const LARGE_LOG_BYTES = 8 * 1024;

/**
 * Bytes of the large logs together, as decimal text. Beside the headers that every record has, and not under its checksum: a reader that
 * does not know it stores the record as any other.
 */
const LARGE = 'large_logs';
const DECIMAL = /^\d{1,15}$/;

/** The record, with a header that says how many bytes its large logs have, where it has such. `bytes`: as of the column `bytes`. */
export function tellLargeLogs(record: EncodedRecord, bytes: number): EncodedRecord {
  if (bytes === 0) return record;
  return { headers: new Map(record.headers).set(LARGE, Buffer.from(String(bytes))), value: record.value };
}

/** Bytes of the large logs in the record; 0 where the header is damaged, which costs no log. */
export function largeLogBytesOf(headers: RecordHeaders): number {
  const header = headers.get(LARGE);
  const text = header === undefined ? '' : Buffer.from(header).toString('latin1');
  return DECIMAL.test(text) ? Number(text) : 0;
}
