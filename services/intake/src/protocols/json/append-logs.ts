// Appends the logs of a body, straight from its bytes where they are plain.
import { type COMMA, type JsonBytes, type LogBlock, objectEnd } from '@sazabi/log-record';
import { type Filed, reject } from '../../batch/submission.ts';
import { JSON_CONTAINERS_MAX } from '../../limits.ts';

export const LF = 0x0a;

/** Where a run of logs stands in what was sent. */
export interface LogsAt {
  /** Of the first of them. */
  readonly index: number;
  /** Whether no other came before. */
  readonly isFirst: boolean;
  /** What stands between two: a comma, or a line feed, which none may have within then. */
  readonly separator: typeof COMMA | typeof LF;
  readonly logsMax: number;
}

/**
 * Appends the objects from `text.at` on and moves on behind the last; answers how many, at least one where what stands there is
 * JSON, at most `logsMax`. One that is not plain is parsed alone; where already the first is not, the others are like it, and parsing
 * them in one go is cheaper: 0, too.
 */
export function appendLogs(text: JsonBytes, block: LogBlock, filed: Filed, logs: LogsAt): number {
  const plain = block.appendJson(text, logs.separator, logs.logsMax);
  if (plain > 0) {
    filed.accepted += plain;
    return plain;
  }
  if (logs.isFirst) return 0;
  const end = objectEnd(text, text.at);
  // Longer ones may hold more objects than a body may: that is for the parser of the whole to say.
  if (end < 0 || end - text.at > JSON_CONTAINERS_MAX) return 0;
  const object = text.bytes.subarray(text.at, end);
  if (logs.separator === LF && object.includes(LF)) return 0;
  let log: unknown;
  try {
    log = JSON.parse(Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString('utf8'));
  } catch {
    return 0;
  }
  const rejection = block.append(log, 'log');
  if (rejection === null) filed.accepted += 1;
  else reject(filed, logs.index, rejection.code, rejection.message);
  text.at = end;
  return 1;
}
