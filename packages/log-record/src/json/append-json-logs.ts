// Appends logs straight from the JSON text of a body: the scanner reads them into columns of its own, and what those hold is
// copied behind the block's. No object, no string is made of them.
import {
  BODY,
  MESSAGES,
  RESULT_AT,
  RESULT_ATTRIBUTES,
  RESULT_LOG_BYTES,
  RESULT_MESSAGE_BYTES,
  RESULT_SPAN_ID_BYTES,
  RESULT_TRACE_ID_BYTES,
  RESULT_VALUE_BYTES,
  RESULT_WORDS_FULL,
  SPAN_IDS,
  TRACE_IDS,
  VALUES,
} from '../../assembly/shared.ts';
import { type AttributeColumn, coverAttributes, coverKeys } from '../attribute-column.ts';
import type { BlockState } from '../block-state.ts';
import { type Dictionary, indexOfBytes, indexOfText, indexOfWord, keepWordIndex, useWords } from '../dictionary.ts';
import { growRowColumns } from '../row-columns.ts';
import { appendColumn } from '../string-column.ts';
import type { JsonBytes } from './json-bytes.ts';
import type { Scanner } from './scanner.ts';

/** See LogBlock.appendJson. */
export function appendJsonLogs(state: BlockState, text: JsonBytes, separator: number, logsMax: number): number {
  const { scanner } = text;
  let count = scan(state, text, separator, logsMax);
  if (count === 0 && scanner.rows.result[RESULT_WORDS_FULL] === 1) {
    scanner.forgetWords();
    count = scan(state, text, separator, logsMax);
  }
  if (count === 0) return 0;
  takeRows(state, scanner, count);
  takeAttributes(state.attributes, scanner);
  const { bytes, rows } = scanner;
  const { result } = rows;
  appendColumn(state.message, bytes, MESSAGES, result[RESULT_MESSAGE_BYTES] ?? 0);
  appendColumn(state.traceId, bytes, TRACE_IDS, result[RESULT_TRACE_ID_BYTES] ?? 0);
  appendColumn(state.spanId, bytes, SPAN_IDS, result[RESULT_SPAN_ID_BYTES] ?? 0);
  appendColumn(state.attributes.values, bytes, VALUES, result[RESULT_VALUE_BYTES] ?? 0);
  state.rowCount += count;
  state.logBytes += result[RESULT_LOG_BYTES] ?? 0;
  if (state.request.own) state.ownRowCount += count;
  text.at = (result[RESULT_AT] ?? 0) - BODY;
  return count;
}

function scan({ request }: BlockState, text: JsonBytes, separator: number, logsMax: number): number {
  const { receivedSeconds, receivedNanos, environmentBytes } = request;
  return text.scanner.scan(BODY + text.at, separator, logsMax, receivedSeconds, receivedNanos, environmentBytes);
}

function takeRows(state: BlockState, scanner: Scanner, count: number): void {
  const { rows, service, environment, host, request, attributes } = state;
  const scanned = scanner.rows;
  const first = state.rowCount;
  while (first + count > rows.capacity) growRowColumns(rows);
  useWords(service, scanner.words);
  useWords(environment, scanner.words);
  useWords(host, scanner.words);
  const eventName = indexOfText(state.eventName, '');
  for (let from = 0, row = first; from < count; from++, row++) {
    rows.timestamp[row * 2] = scanned.timestamps[from * 2] ?? 0;
    rows.timestamp[row * 2 + 1] = scanned.timestamps[from * 2 + 1] ?? 0;
    rows.severity[row] = scanned.severities[from] ?? 0;
    rows.service[row] = indexIn(service, scanner, scanned.services[from] ?? 0);
    const word = scanned.environments[from] ?? 0;
    rows.environment[row] =
      word < 0 ? indexOfText(environment, request.environment) : indexIn(environment, scanner, word);
    rows.host[row] = indexIn(host, scanner, scanned.hosts[from] ?? 0);
    rows.eventName[row] = eventName;
    rows.bytes[row] = scanned.bytes[from] ?? 0;
    rows.attributesEnd[row * 2] = attributes.count + (scanned.attributesEnd[from] ?? 0);
  }
}

function takeAttributes(column: AttributeColumn, scanner: Scanner): void {
  const { keys, result } = scanner.rows;
  const count = result[RESULT_ATTRIBUTES] ?? 0;
  coverAttributes(column, count);
  useWords(column.keys, scanner.words);
  const { keyIndexes, count: first } = column;
  for (let from = 0; from < count; from++) keyIndexes[first + from] = indexIn(column.keys, scanner, keys[from] ?? 0);
  column.count = first + count;
  coverKeys(column);
}

/** The index of a word in a dictionary. */
function indexIn(dictionary: Dictionary, scanner: Scanner, word: number): number {
  const known = indexOfWord(dictionary, word);
  if (known >= 0) return known;
  const index = indexOfBytes(dictionary, scanner.bytes, scanner.wordStart(word), scanner.wordEnd(word));
  keepWordIndex(dictionary, word, index);
  return index;
}
