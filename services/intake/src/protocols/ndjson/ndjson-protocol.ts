// NDJSON: a log object a line.
import { type JsonBytes, type LogBlock, OPEN_OBJECT } from '@sazabi/log-record';
import type { Filed } from '../../batch/submission.ts';
import { LOGS_PER_REQUEST_MAX } from '../../limits.ts';
import { appendLogs, LF } from '../json/append-logs.ts';
import { mayHaveTooManyContainers } from '../json/count-containers.ts';
import type { Protocol } from '../protocol.ts';
import { parseNdjsonLogs } from './parse-ndjson-logs.ts';

export const NDJSON_PROTOCOL: Protocol = { parse: parseNdjsonLogs, append: appendNdjsonLogs };

const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

/** A bad line leaves the whole to the parser, which tells what is wrong with each. */
function appendNdjsonLogs(text: JsonBytes, block: LogBlock, filed: Filed): boolean {
  const { bytes, end } = text;
  if (mayHaveTooManyContainers(text)) return false;
  const read = { count: 0, alone: 0 };
  let line = 0;
  for (let at = skipBlanks(bytes, 0); at < end; at = skipBlanks(bytes, at)) {
    if (bytes[at] === LF) {
      line += 1;
      at += 1;
      continue;
    }
    if (read.count === LOGS_PER_REQUEST_MAX || bytes[at] !== OPEN_OBJECT) return false;
    text.at = at;
    const logs = appendLogs(text, block, filed, read, LF, line);
    if (logs === 0) return false;
    line += logs - 1;
    at = skipBlanks(bytes, text.at);
    // Up to the line's end: another value behind the object is none of NDJSON.
    if (at < end && bytes[at] !== LF) return false;
  }
  return true;
}

function skipBlanks(bytes: Uint8Array, at: number): number {
  while (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === CR) at += 1;
  return at;
}
