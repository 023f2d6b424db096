// JSON: a log object, or an array of them.
import {
  CLOSE_ARRAY,
  COMMA,
  type JsonBytes,
  type LogBlock,
  OPEN_ARRAY,
  OPEN_OBJECT,
  skipSpace,
} from '@sazabi/log-record';
import type { Filed } from '../../batch/submission.ts';
import { LOGS_PER_REQUEST_MAX } from '../../limits.ts';
import type { Protocol } from '../protocol.ts';
import { appendLogs } from './append-logs.ts';
import { mayHaveTooManyContainers } from './count-containers.ts';
import { parseJsonLogs } from './parse-json-logs.ts';

export const JSON_PROTOCOL: Protocol = { parse: parseJsonLogs, append: appendJsonLogs };

function appendJsonLogs(text: JsonBytes, block: LogBlock, filed: Filed): boolean {
  const { bytes } = text;
  if (mayHaveTooManyContainers(text)) return false;
  text.at = skipSpace(bytes, 0);
  const isArray = bytes[text.at] === OPEN_ARRAY;
  if (isArray ? !appendItems(text, block, filed) : !appendOne(text, block, filed)) return false;
  return skipSpace(bytes, text.at) === text.end;
}

function appendOne(text: JsonBytes, block: LogBlock, filed: Filed): boolean {
  return appendLogs(text, block, filed, { count: 0, alone: 0 }, COMMA, 0) === 1;
}

/** The array at `text.at`. */
function appendItems(text: JsonBytes, block: LogBlock, filed: Filed): boolean {
  const { bytes } = text;
  text.at = skipSpace(bytes, text.at + 1);
  if (bytes[text.at] === CLOSE_ARRAY) {
    text.at += 1;
    return true;
  }
  const read = { count: 0, alone: 0 };
  while (read.count < LOGS_PER_REQUEST_MAX) {
    if (bytes[text.at] !== OPEN_OBJECT || appendLogs(text, block, filed, read, COMMA, read.count) === 0) return false;
    const at = skipSpace(bytes, text.at);
    if (bytes[at] === CLOSE_ARRAY) {
      text.at = at + 1;
      return true;
    }
    if (bytes[at] !== COMMA) return false;
    text.at = skipSpace(bytes, at + 1);
  }
  return false;
}
