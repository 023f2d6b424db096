// Appends one log to the open block: fields to columns, the rest to attributes; rejected as a whole or stored as a whole.
import {
  ENVIRONMENT,
  HOST,
  LEVEL,
  MESSAGE,
  SERVICE,
  SEVERITY_NUMBER,
  SPAN_ID,
  TIMESTAMP,
  TRACE_ID,
} from '../assembly/shared.ts';
import { beginAttributes, dropAttributes } from './attribute-column.ts';
import type { BlockState } from './block-state.ts';
import { cutDictionary, indexOfText } from './dictionary.ts';
import { FIELD_NAMES } from './field-names.ts';
import { pushValueAttribute } from './flatten.ts';
import { isObject, type JsonObject } from './json-text.ts';
import { levelIndexOf, SEVERITY_DEFAULT, severityOfLevelNumber, severityOfNumber, severityOfText } from './level.ts';
import { LOG_LIMITS } from './limits.ts';
import type { Rejection } from './log-block.ts';
import { fieldText, pushSecond, readFields, spreadField } from './log-fields.ts';
import { REJECTIONS } from './rejection.ts';
import { growRowColumns, type RowColumns } from './row-columns.ts';
import { pushText } from './string-column.ts';
import { type Instant, parseTimestamp } from './timestamp.ts';

const HALF = 0x1_0000;
const UINT32 = 0x1_0000_0000;
const NANOS = 1_000_000_000;
const TEXT_FIELDS = [SERVICE, ENVIRONMENT, HOST, TRACE_ID, SPAN_ID] as const;

/** Appends a log or an event to the current request; answers why not, and then nothing of it is left in the block. */
export function appendLog(state: BlockState, log: unknown, isEvent: boolean): Rejection | null {
  if (!isObject(log)) return REJECTIONS.notAnObject;
  const { attributes, message, traceId, spanId } = state;
  const messageLength = message.length;
  const traceIdLength = traceId.length;
  const spanIdLength = spanId.length;
  beginAttributes(attributes);
  const rejection = appendFields(state, log, isEvent);
  if (rejection !== null) {
    dropAttributes(attributes);
    message.length = messageLength;
    traceId.length = traceIdLength;
    spanId.length = spanIdLength;
  }
  return rejection;
}

function appendFields(state: BlockState, log: JsonObject, isEvent: boolean): Rejection | null {
  const { fields, attributes, request } = state;
  const { values } = fields;
  const rejection = readFields(fields, log, isEvent, attributes) ?? spreadFields(state);
  if (rejection !== null) return rejection;
  if (values[MESSAGE] === undefined || (isEvent && values[MESSAGE] === '')) {
    return isEvent ? REJECTIONS.noName : REJECTIONS.noMessage;
  }
  if (!readTimestamp(state)) return REJECTIONS.timestamp;
  const severity = readSeverity(state);
  if (typeof severity !== 'number') return severity;

  const message = fieldText(values[MESSAGE]);
  if (message === null) return REJECTIONS.depth;
  const service = fieldText(values[SERVICE]);
  const environment = values[ENVIRONMENT] === undefined ? request.environment : fieldText(values[ENVIRONMENT]);
  const host = fieldText(values[HOST]);
  const traceId = fieldText(values[TRACE_ID]);
  const spanId = fieldText(values[SPAN_ID]);
  if (service === null || environment === null || host === null || traceId === null || spanId === null) {
    return REJECTIONS.depth;
  }
  const units = message.length + service.length + environment.length + host.length + traceId.length + spanId.length;
  if (units > LOG_LIMITS.logBytesMax) return REJECTIONS.tooLarge;
  let bytes = attributes.rowBytes + pushText(state.message, message);
  bytes += pushText(state.traceId, traceId) + pushText(state.spanId, spanId);
  return appendRow(state, severity, bytes, service, environment, host, isEvent ? message : '');
}

/** Service, environment, host and ids that are objects have no text: their members become attributes. */
function spreadFields(state: BlockState): Rejection | null {
  const { values, nested } = state.fields;
  if (!nested) return null;
  for (const place of TEXT_FIELDS) {
    const value = values[place];
    if (typeof value === 'object' && isObject(value)) {
      const rejection = spreadField(state.fields, place, state.attributes);
      if (rejection !== null) return rejection;
    }
  }
  return null;
}

function readTimestamp(state: BlockState): boolean {
  const value = state.fields.values[TIMESTAMP];
  if (value !== undefined) return parseTimestamp(value, state.timestamp);
  state.timestamp.seconds = state.request.receivedSeconds;
  state.timestamp.nanos = state.request.receivedNanos;
  return true;
}

/** The severity number of the log; what of its level fields that number does not tell is kept as attributes. */
function readSeverity(state: BlockState): number | Rejection {
  const { fields, attributes } = state;
  const level = fields.values[LEVEL];
  const given = fields.values[SEVERITY_NUMBER];
  if (typeof level === 'string' && given === undefined) {
    const severity = severityOfText(level);
    if (severity !== 0) return severity;
  }
  let severity = 0;
  let rejection: Rejection | null = null;
  if (typeof level === 'string') severity = severityOfText(level);
  else if (typeof level === 'number') severity = severityOfLevelNumber(level);
  if (severity === 0 && level !== undefined) {
    rejection = pushValueAttribute(attributes, fields.paths, FIELD_NAMES[LEVEL], level, 1);
  }
  const number = severityOfNumber(given);
  if (number === 0 && given !== undefined) {
    rejection ??= pushValueAttribute(attributes, fields.paths, FIELD_NAMES[SEVERITY_NUMBER], given, 1);
  } else if (number !== 0 && severity !== 0 && levelIndexOf(number) !== levelIndexOf(severity)) {
    rejection ??= pushSecond(fields, FIELD_NAMES[LEVEL], given, attributes);
  } else if (number !== 0) {
    severity = number;
  }
  if (rejection !== null) return rejection;
  return severity === 0 ? SEVERITY_DEFAULT : severity;
}

/** The step before the last; `bytes` lacks service, environment, host and event name so far. */
function appendRow(
  state: BlockState,
  severity: number,
  bytes: number,
  service: string,
  environment: string,
  host: string,
  eventName: string,
): Rejection | null {
  const services = state.service.count;
  const environments = state.environment.count;
  const hosts = state.host.count;
  const eventNames = state.eventName.count;
  const serviceIndex = indexOfText(state.service, service);
  const environmentIndex = indexOfText(state.environment, environment);
  const hostIndex = indexOfText(state.host, host);
  const eventNameIndex = indexOfText(state.eventName, eventName);
  if (finishRow(state, severity, bytes, serviceIndex, environmentIndex, hostIndex, eventNameIndex)) return null;
  cutDictionary(state.service, services);
  cutDictionary(state.environment, environments);
  cutDictionary(state.host, hosts);
  cutDictionary(state.eventName, eventNames);
  return REJECTIONS.tooLarge;
}

/**
 * The last step, and the only one that counts the row: its texts stand in their columns, the other fields come as places in
 * their dictionaries. False, nothing counted, where it is too large; `bytes` lacks what the dictionaries hold.
 */
function finishRow(
  state: BlockState,
  severity: number,
  bytes: number,
  service: number,
  environment: number,
  host: number,
  eventName: number,
): boolean {
  const { rows, rowCount: row } = state;
  bytes += (state.service.keyBytes[service] ?? 0) + (state.environment.keyBytes[environment] ?? 0);
  bytes += (state.host.keyBytes[host] ?? 0) + (state.eventName.keyBytes[eventName] ?? 0);
  if (bytes > LOG_LIMITS.logBytesMax) return false;
  if (row === rows.capacity) growRowColumns(rows);
  rows.severity[row] = severity;
  rows.service[row] = service;
  rows.environment[row] = environment;
  rows.host[row] = host;
  rows.eventName[row] = eventName;
  rows.bytes[row] = bytes;
  rows.attributesEnd[row * 2] = state.attributes.count;
  writeTimestamp(rows, row, state.timestamp);
  state.rowCount = row + 1;
  state.logBytes += bytes;
  if (state.request.own) state.ownRowCount++;
  return true;
}

/** Int64 of seconds * 1e9 + nanos as two words, by products that a double holds exactly. */
function writeTimestamp(rows: RowColumns, row: number, timestamp: Instant): void {
  const secondsHigh = Math.floor(timestamp.seconds / HALF);
  const upper = secondsHigh * NANOS;
  // By products, as the remainder of doubles is slow (x87).
  const upperLow = upper - Math.floor(upper / HALF) * HALF;
  const lower = (timestamp.seconds - secondsHigh * HALF) * NANOS + timestamp.nanos + upperLow * HALF;
  const carry = Math.floor(lower / UINT32);
  rows.timestamp[row * 2] = lower - carry * UINT32;
  rows.timestamp[row * 2 + 1] = (upper - upperLow) / HALF + carry;
}
