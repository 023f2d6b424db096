// The scanner: reads logs straight from the JSON text of a body into columns, where they are plain. What is not (and what is wrong)
// is left to JSON.parse and appendLog, which say the same of the same log: property tests hold the two together.
import { attributeCount, clearAttributes, valuesEnd } from './attributes.ts';
import { skipSpace, spanLines } from './bytes.ts';
import { clearTexts, messagesEnd, objectEnd, readLog, spanIdsEnd, traceIdsEnd } from './log.ts';
import {
  ATTRIBUTES_MAX,
  KEYS_MAX,
  MESSAGES,
  RESULT,
  RESULT_AT,
  RESULT_ATTRIBUTES,
  RESULT_LOG_BYTES,
  RESULT_MESSAGE_BYTES,
  RESULT_SPAN_ID_BYTES,
  RESULT_TRACE_ID_BYTES,
  RESULT_VALUE_BYTES,
  RESULT_WORDS_FULL,
  ROWS_MAX,
  SPAN_IDS,
  TEXT_COLUMN_FULL,
  TRACE_IDS,
  VALUES,
} from './shared.ts';
import { forgetWords, seedHashes, teachWord, wordsFull } from './words.ts';

export { forgetWords, seedHashes, teachWord };

const LF: u8 = 0x0a;

/**
 * Reads the objects from `at` on, as long as they are plain and only white space and the separator (a comma, or a line feed) stand
 * between them: `logsMax` at most, fewer where a column is full. Answers how many; the columns and RESULT tell the rest.
 * `receivedSeconds` and `receivedNanos`: the time of logs that have none. `environmentBytes`: of the text that stands for an
 * environment not given.
 */
export function scan(
  at: i32,
  separator: u8,
  logsMax: i32,
  receivedSeconds: f64,
  receivedNanos: f64,
  environmentBytes: i32,
): i32 {
  spanLines(separator !== LF);
  clearAttributes();
  clearTexts();
  let end = at;
  let rows: i32 = 0;
  let logBytes: i32 = 0;
  const receivedAt = (receivedSeconds as i64) * 1_000_000_000 + (receivedNanos as i64);
  logsMax = min<i32>(logsMax, ROWS_MAX);
  while (rows < logsMax) {
    const bytes = readLog(at, rows, receivedAt, environmentBytes);
    if (bytes < 0) break;
    logBytes += bytes;
    rows++;
    end = objectEnd;
    if (isFull()) break;
    at = skipSpace(end);
    if (load<u8>(at) !== separator) break;
    at = skipSpace(at + 1);
  }
  tell(RESULT_AT, end);
  tell(RESULT_ATTRIBUTES, attributeCount);
  tell(RESULT_MESSAGE_BYTES, messagesEnd - MESSAGES);
  tell(RESULT_TRACE_ID_BYTES, traceIdsEnd - TRACE_IDS);
  tell(RESULT_SPAN_ID_BYTES, spanIdsEnd - SPAN_IDS);
  tell(RESULT_VALUE_BYTES, valuesEnd - VALUES);
  tell(RESULT_LOG_BYTES, logBytes);
  tell(RESULT_WORDS_FULL, wordsFull ? 1 : 0);
  return rows;
}

function tell(place: i32, value: i32): void {
  store<i32>(RESULT + (place << 2), value);
}

function isFull(): bool {
  return (
    attributeCount + ATTRIBUTES_MAX > KEYS_MAX ||
    messagesEnd > MESSAGES + TEXT_COLUMN_FULL ||
    valuesEnd > VALUES + TEXT_COLUMN_FULL ||
    traceIdsEnd > TRACE_IDS + TEXT_COLUMN_FULL ||
    spanIdsEnd > SPAN_IDS + TEXT_COLUMN_FULL
  );
}
