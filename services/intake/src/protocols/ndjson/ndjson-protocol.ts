// NDJSON: a log object a line.
import { type JsonBytes, type LogBlock, OPEN_OBJECT } from '@sazabi/log-record';
import type { Filed } from '../../batch/submission.ts';
import { LOGS_PER_REQUEST_MAX } from '../../limits.ts';
import { appendLog } from '../json/append-log.ts';
import { mayHaveTooManyContainers } from '../json/count-containers.ts';
import type { Protocol } from '../protocol.ts';
import { parseNdjsonLogs } from './parse-ndjson-logs.ts';

export const NDJSON_PROTOCOL: Protocol = { parse: parseNdjsonLogs, append: appendNdjsonLogs };

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

/** A bad line leaves the whole to the parser, which tells what is wrong with each. */
function appendNdjsonLogs(text: JsonBytes, block: LogBlock, filed: Filed): boolean {
  const { bytes, end } = text;
  if (mayHaveTooManyContainers(text)) return false;
  let logs = 0;
  for (let line = 0, at = 0; at < end; line += 1) {
    const newline = bytes.indexOf(LF, at);
    const lineEnd = newline === -1 || newline > end ? end : newline;
    at = skipBlanks(bytes, at);
    if (at < lineEnd) {
      if (logs === LOGS_PER_REQUEST_MAX || bytes[at] !== OPEN_OBJECT) return false;
      text.at = at;
      if (!appendLog(text, block, filed, line, logs === 0)) return false;
      // Behind the line's end: an object over several lines is none of NDJSON.
      if (skipBlanks(bytes, text.at) !== lineEnd) return false;
      logs += 1;
    }
    at = lineEnd + 1;
  }
  return true;
}

function skipBlanks(bytes: Uint8Array, at: number): number {
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CR) at += 1;
  return at;
}
