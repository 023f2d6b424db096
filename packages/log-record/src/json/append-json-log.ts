// Appends a log straight from the JSON text of a body, where it is plain: no object, no string is made of it. What is not (and
// what is wrong) is left to JSON.parse and appendLog, which say the same of the same log: a property test holds the two together.
import { finishRow } from '../append-log.ts';
import { beginAttributes, dropAttributes } from '../attribute-column.ts';
import type { BlockState } from '../block-state.ts';
import {
  createDictionary,
  cutDictionary,
  type Dictionary,
  findBytes,
  indexOfBytes,
  indexOfText,
  keyEndAt,
} from '../dictionary.ts';
import {
  ALIAS,
  ATTRIBUTES,
  ENVIRONMENT,
  FIELD_CODES,
  HOST,
  LEVEL,
  MESSAGE,
  SERVICE,
  SPAN_ID,
  TIMESTAMP,
  TRACE_ID,
} from '../field-names.ts';
import { SEVERITY_DEFAULT } from '../level.ts';
import { LOG_LIMITS } from '../limits.ts';
import { pushBytes, pushText, type StringColumn } from '../string-column.ts';
import { copyString, literalEnd } from './copy-value.ts';
import { readAttribute, readAttributes, valueAt } from './json-attributes.ts';
import { CLOSE_OBJECT, COMMA, type JsonBytes, OPEN_OBJECT, plainEnd, QUOTE, skipSpace } from './json-bytes.ts';
import { readInstant } from './json-instant.ts';
import { readSeverity } from './json-level.ts';

/** What is known of the log being read; -1: nothing yet. */
export interface JsonRow {
  /** A bit for each field and for the attributes: a second name of one field is left to the other way. */
  seen: number;
  hasMessage: boolean;
  hasTimestamp: boolean;
  hasTraceId: boolean;
  hasSpanId: boolean;
  severity: number;
  service: number;
  environment: number;
  host: number;
  /** Of the message and the ids. */
  textBytes: number;
  /** The names of the log before by their place in it: the next one mostly has the same. */
  readonly placeNames: Int32Array;
}

const PLACES = 16;
const ATTRIBUTES_BIT = 1 << 16;
const LOWER_N = 0x6e;

const NAMES = createDictionary();
const CODES = new Uint8Array(FIELD_CODES.size);
for (const [name, code] of FIELD_CODES) CODES[indexOfText(NAMES, name)] = code;

export function createJsonRow(): JsonRow {
  return {
    seen: 0,
    hasMessage: false,
    hasTimestamp: false,
    hasTraceId: false,
    hasSpanId: false,
    severity: 0,
    service: -1,
    environment: -1,
    host: -1,
    textBytes: 0,
    placeNames: new Int32Array(PLACES).fill(-1),
  };
}

/**
 * Reads the object at `text.at` into a row of the current request and moves on behind it. False, with nothing left behind
 * and the place as it was, for a log that is not plain, would be rejected, or is not JSON.
 */
export function appendJsonLog(state: BlockState, text: JsonBytes): boolean {
  const { attributes, message, traceId, spanId, service, environment, host, eventName } = state;
  const start = text.at;
  const messageLength = message.length;
  const traceIdLength = traceId.length;
  const spanIdLength = spanId.length;
  const services = service.count;
  const environments = environment.count;
  const hosts = host.count;
  const eventNames = eventName.count;
  beginAttributes(attributes);
  const end = readMembers(state, text, start);
  if (end >= 0 && finish(state)) {
    text.at = end;
    return true;
  }
  text.at = start;
  dropAttributes(attributes);
  message.length = messageLength;
  traceId.length = traceIdLength;
  spanId.length = spanIdLength;
  cutDictionary(service, services);
  cutDictionary(environment, environments);
  cutDictionary(host, hosts);
  cutDictionary(eventName, eventNames);
  return false;
}

function begin(row: JsonRow): void {
  row.seen = 0;
  row.hasMessage = false;
  row.hasTimestamp = false;
  row.hasTraceId = false;
  row.hasSpanId = false;
  row.severity = SEVERITY_DEFAULT;
  row.service = -1;
  row.environment = -1;
  row.host = -1;
  row.textBytes = 0;
}

/** Answers one past the object that begins at `at`, or -1. */
function readMembers(state: BlockState, text: JsonBytes, at: number): number {
  const { bytes } = text;
  const { placeNames } = state.json;
  begin(state.json);
  if (bytes[at] !== OPEN_OBJECT) return -1;
  for (let place = 0; ; place++) {
    at = skipSpace(bytes, at + 1);
    if (bytes[at] !== QUOTE) return -1;
    const start = at + 1;
    let name = place < PLACES ? (placeNames[place] ?? -1) : -1;
    let end = name >= 0 ? keyEndAt(NAMES, name, bytes, start) : -1;
    if (end < 0 || bytes[end] !== QUOTE) {
      end = plainEnd(bytes, start);
      if (end < 0) return -1;
      name = findBytes(NAMES, bytes, start, end);
      if (place < PLACES) placeNames[place] = name;
    }
    at = valueAt(bytes, end);
    if (at < 0) return -1;
    at =
      name < 0 ? readAttribute(state.attributes, text, start, end, at) : readField(state, text, CODES[name] ?? 0, at);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_OBJECT) return at + 1;
    if (bytes[at] !== COMMA) return -1;
  }
}

/** Reads the value of a field. Answers one past it, or -1. */
function readField(state: BlockState, text: JsonBytes, code: number, at: number): number {
  const { json: row } = state;
  const place = code & (ALIAS - 1);
  const bit = code === ATTRIBUTES ? ATTRIBUTES_BIT : 1 << place;
  if ((row.seen & bit) !== 0) return -1;
  row.seen |= bit;
  // A field that is null is not there.
  if (text.bytes[at] === LOWER_N) return literalEnd(text.bytes, at);
  if (code === ATTRIBUTES) return text.bytes[at] === OPEN_OBJECT ? readAttributes(state.attributes, text, at + 1) : -1;
  switch (place) {
    case MESSAGE:
      row.hasMessage = true;
      return readText(row, text, at, state.message);
    case TRACE_ID:
      row.hasTraceId = true;
      return readId(row, text, at, state.traceId);
    case SPAN_ID:
      row.hasSpanId = true;
      return readId(row, text, at, state.spanId);
    case TIMESTAMP:
      row.hasTimestamp = true;
      return readInstant(text, at, state.timestamp);
    case LEVEL:
      row.severity = readSeverity(text, at);
      return row.severity === 0 ? -1 : text.at;
    case SERVICE:
      row.service = readWord(state.service, text, at);
      return row.service < 0 ? -1 : text.at;
    case ENVIRONMENT:
      row.environment = readWord(state.environment, text, at);
      return row.environment < 0 ? -1 : text.at;
    case HOST:
      row.host = readWord(state.host, text, at);
      return row.host < 0 ? -1 : text.at;
    default:
      return -1;
  }
}

function readText(row: JsonRow, text: JsonBytes, at: number, column: StringColumn): number {
  if (text.bytes[at] !== QUOTE) return -1;
  const end = copyString(text, at + 1, column);
  row.textBytes += text.copied;
  return end;
}

/** Ids are short: their columns are not given room for as much as may follow. */
function readId(row: JsonRow, text: JsonBytes, at: number, column: StringColumn): number {
  const { bytes } = text;
  const end = bytes[at] === QUOTE ? plainEnd(bytes, at + 1) : -1;
  if (end < 0 || end - at > LOG_LIMITS.logBytesMax) return -1;
  pushBytes(column, bytes, at + 1, end);
  row.textBytes += end - at - 1;
  return end + 1;
}

/** The index of the string at `at`, with one past it in `text.at`; -1 where it is no plain one. */
function readWord(dictionary: Dictionary, text: JsonBytes, at: number): number {
  const { bytes } = text;
  if (bytes[at] !== QUOTE) return -1;
  const end = plainEnd(bytes, at + 1);
  if (end < 0 || end - at > LOG_LIMITS.logBytesMax) return -1;
  text.at = end + 1;
  return indexOfBytes(dictionary, bytes, at + 1, end);
}

/** Counts the row; false where it has no message or is too large. */
function finish(state: BlockState): boolean {
  const { json: row, request, timestamp } = state;
  if (!row.hasMessage) return false;
  if (!row.hasTimestamp) {
    timestamp.seconds = request.receivedSeconds;
    timestamp.nanos = request.receivedNanos;
  }
  if (!row.hasTraceId) pushText(state.traceId, '');
  if (!row.hasSpanId) pushText(state.spanId, '');
  // An empty text is added where it is not there: it takes no bytes of the log, and a row without it is rare.
  const service = row.service < 0 ? indexOfText(state.service, '') : row.service;
  const environment = row.environment < 0 ? indexOfText(state.environment, request.environment) : row.environment;
  const host = row.host < 0 ? indexOfText(state.host, '') : row.host;
  const eventName = indexOfText(state.eventName, '');
  const bytes = state.attributes.rowBytes + row.textBytes;
  return finishRow(state, row.severity, bytes, service, environment, host, eventName);
}
