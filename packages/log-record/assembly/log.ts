// One log: its members become fields of a row, or attributes.
import {
  attributeCount,
  beginAttributes,
  dropAttributes,
  readAttribute,
  readAttributes,
  rowBytes,
} from './attributes.ts';
import {
  CLOSE_OBJECT,
  COMMA,
  copied,
  copiedEnd,
  copyString,
  exactNumberEnd,
  isDigit,
  LOWER_N,
  literalEnd,
  OPEN_OBJECT,
  plainEnd,
  QUOTE,
  skipSpace,
  valueAt,
} from './bytes.ts';
import {
  ALIAS,
  ATTRIBUTE_KEY_BYTES_MAX,
  ATTRIBUTES,
  ENVIRONMENT,
  HOST,
  LAST_WORDS,
  LEVEL,
  LEVEL_NUMBERS,
  LOG_BYTES_MAX,
  MESSAGE,
  MESSAGES,
  NAME_PLACES,
  NAME_PLACES_END,
  ROW_ATTRIBUTES,
  ROW_BYTES,
  ROW_ENVIRONMENTS,
  ROW_HOSTS,
  ROW_SERVICES,
  ROW_SEVERITIES,
  ROW_TIMESTAMPS,
  SERVICE,
  SPAN_ID,
  SPAN_IDS,
  TIMESTAMP,
  TRACE_ID,
  TRACE_IDS,
  WORD_BYTES,
  WORD_BYTES_MAX,
  WORD_FIELD,
  WORD_SEVERITY,
  WORDS,
} from './shared.ts';
import { instant, readEpoch, readInstant } from './timestamp.ts';
import { findWord, guessedEnd, numberOf, readWord } from './words.ts';

/** The word without a text: the first that is taught. */
const EMPTY_WORD: i32 = WORDS;
const LAST_NAME_PLACE = NAME_PLACES + ((NAME_PLACES_END - 1) << 2);
/** OpenTelemetry's INFO. */
const SEVERITY_DEFAULT: u8 = 9;

/** Where the next text of each column goes. */
export let messagesEnd: i32 = MESSAGES;
export let traceIdsEnd: i32 = TRACE_IDS;
export let spanIdsEnd: i32 = SPAN_IDS;

/** Of the log being read: a bit for each field that it has, and what is known of them. */
let seen: u64 = 0;
let hasMessage = false;
let hasTraceId = false;
let hasSpanId = false;
let timestamp: i64 = 0;
let severity: u8 = 0;
let service: i32 = 0;
let environment: i32 = 0;
let host: i32 = 0;
let textBytes: i32 = 0;

/** Empties the columns of texts. */
export function clearTexts(): void {
  messagesEnd = MESSAGES;
  traceIdsEnd = TRACE_IDS;
  spanIdsEnd = SPAN_IDS;
}

/** One past the object that was read last. */
export let objectEnd: i32 = 0;

/** Reads the object at `at` into the row. Answers the bytes of its texts; -1, nothing left behind, where it is not plain. */
export function readLog(at: i32, row: i32, receivedAt: i64, environmentBytes: i32): i32 {
  const messages = messagesEnd;
  const traceIds = traceIdsEnd;
  const spanIds = spanIdsEnd;
  beginAttributes();
  seen = 0;
  hasMessage = false;
  hasTraceId = false;
  hasSpanId = false;
  timestamp = receivedAt;
  severity = SEVERITY_DEFAULT;
  service = EMPTY_WORD;
  environment = 0;
  host = EMPTY_WORD;
  textBytes = 0;
  objectEnd = readMembers(at);
  if (objectEnd !== 0 && hasMessage) {
    if (!hasTraceId) store<u8>(traceIdsEnd++, 0);
    if (!hasSpanId) store<u8>(spanIdsEnd++, 0);
    let bytes = rowBytes + textBytes + load<i32>(service, WORD_BYTES) + load<i32>(host, WORD_BYTES);
    bytes += environment === 0 ? environmentBytes : load<i32>(environment, WORD_BYTES);
    if (bytes <= LOG_BYTES_MAX) {
      writeRow(row, bytes);
      return bytes;
    }
  }
  dropAttributes();
  messagesEnd = messages;
  traceIdsEnd = traceIds;
  spanIdsEnd = spanIds;
  return -1;
}

function writeRow(row: i32, bytes: i32): void {
  const place: i32 = row << 2;
  store<i64>(ROW_TIMESTAMPS + (row << 3), timestamp);
  store<u8>(ROW_SEVERITIES + row, severity);
  store<i32>(ROW_SERVICES + place, numberOf(service));
  store<i32>(ROW_ENVIRONMENTS + place, environment === 0 ? -1 : numberOf(environment));
  store<i32>(ROW_HOSTS + place, numberOf(host));
  store<i32>(ROW_BYTES + place, bytes);
  store<i32>(ROW_ATTRIBUTES + place, attributeCount);
}

/** Answers one past the object at `at`, or 0. */
function readMembers(at: i32): i32 {
  if (load<u8>(at) !== OPEN_OBJECT) return 0;
  let place = NAME_PLACES;
  while (true) {
    at = skipSpace(at + 1);
    if (load<u8>(at) !== QUOTE) return 0;
    let end = guessedEnd(at + 1, place);
    if (end === 0) end = readWord(at + 1, place, ATTRIBUTE_KEY_BYTES_MAX);
    if (end === 0) return 0;
    const name: i32 = load<i32>(place);
    at = valueAt(end);
    if (at === 0) return 0;
    const field = load<u8>(name, WORD_FIELD);
    at = field === 0 ? readAttribute(name, at) : readField(field - 1, at);
    if (at === 0) return 0;
    at = skipSpace(at);
    const byte = load<u8>(at);
    if (byte === CLOSE_OBJECT) return at + 1;
    if (byte !== COMMA) return 0;
    if (place < LAST_NAME_PLACE) place += 4;
  }
}

/** Reads the value of a field. Answers one past it, or 0. */
function readField(code: u8, at: i32): i32 {
  const field: i32 = code === ATTRIBUTES ? ATTRIBUTES : code & (ALIAS - 1);
  const bit: u64 = (1 as u64) << (field as u64);
  if ((seen & bit) !== 0) return 0;
  seen |= bit;
  // A field that is null is not there.
  if (load<u8>(at) === LOWER_N) return literalEnd(at);
  switch (field) {
    case MESSAGE: {
      hasMessage = true;
      const end = readText(at, messagesEnd);
      messagesEnd = copiedEnd;
      return end;
    }
    case TRACE_ID: {
      hasTraceId = true;
      const end = readText(at, traceIdsEnd);
      traceIdsEnd = copiedEnd;
      return end;
    }
    case SPAN_ID: {
      hasSpanId = true;
      const end = readText(at, spanIdsEnd);
      spanIdsEnd = copiedEnd;
      return end;
    }
    case TIMESTAMP:
      return readTimestamp(at);
    case LEVEL:
      return readLevel(at);
    case SERVICE:
      at = readFieldWord(SERVICE, at);
      service = lastWord(SERVICE);
      return at;
    case ENVIRONMENT:
      at = readFieldWord(ENVIRONMENT, at);
      environment = lastWord(ENVIRONMENT);
      return at;
    case HOST:
      at = readFieldWord(HOST, at);
      host = lastWord(HOST);
      return at;
    case ATTRIBUTES:
      return load<u8>(at) === OPEN_OBJECT ? readAttributes(at + 1) : 0;
    default:
      return 0;
  }
}

/** Copies the text at `at` behind `column`; where it ends there is in `copiedEnd`, to be taken back where this answers 0. */
function readText(at: i32, column: i32): i32 {
  if (load<u8>(at) !== QUOTE) return 0;
  const end = copyString(at + 1, column);
  textBytes += copied;
  return end;
}

function readTimestamp(at: i32): i32 {
  let end: i32;
  if (load<u8>(at) === QUOTE) {
    end = plainEnd(at + 1);
    if (end === 0 || !readInstant(at + 1, end)) return 0;
    end++;
  } else {
    end = exactNumberEnd(at);
    if (end === 0 || !readEpoch(at, end)) return 0;
  }
  timestamp = instant;
  return end;
}

function readLevel(at: i32): i32 {
  if (load<u8>(at) === QUOTE) {
    const place = LAST_WORDS + (LEVEL << 2);
    let end = guessedEnd(at + 1, place);
    if (end === 0) {
      end = plainEnd(at + 1);
      // What is no level is not kept as a word.
      const word = end === 0 ? 0 : findWord(at + 1, end - at - 1);
      if (word === 0) return 0;
      store<i32>(place, word);
    }
    severity = load<u8>(lastWord(LEVEL), WORD_SEVERITY);
    return severity === 0 ? 0 : end + 1;
  }
  const end = exactNumberEnd(at);
  // Levels have two digits at most.
  if (end === 0 || end > at + 2 || !isDigit(load<u8>(at))) return 0;
  const high: i32 = end === at + 1 ? 0 : ((load<u8>(at) - 0x30) as i32) * 10;
  severity = load<u8>(LEVEL_NUMBERS + high + ((load<u8>(end - 1) - 0x30) as i32));
  return severity === 0 ? 0 : end;
}

/** Reads the text at `at` as the last word of the field. Answers one past it. */
function readFieldWord(field: i32, at: i32): i32 {
  if (load<u8>(at) !== QUOTE) return 0;
  const place = LAST_WORDS + (field << 2);
  let end = guessedEnd(at + 1, place);
  if (end === 0) end = readWord(at + 1, place, WORD_BYTES_MAX);
  return end === 0 ? 0 : end + 1;
}

function lastWord(field: i32): i32 {
  return load<i32>(LAST_WORDS + (field << 2));
}
