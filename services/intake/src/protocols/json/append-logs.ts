// Appends the logs of a body, straight from its bytes where they are plain.
import { type COMMA, type JsonBytes, type LogBlock, objectEnd } from '@sazabi/log-record';
import { type Filed, reject } from '../../batch/submission.ts';
import { JSON_CONTAINERS_MAX, LOGS_PER_REQUEST_MAX } from '../../limits.ts';

export const LF = 0x0a;

/** How the logs of a body have been read so far. */
export interface LogsRead {
  count: number;
  /** Of them those that were not plain. */
  alone: number;
}

/** Where one log in so many is not plain, or more, parsing the whole body costs less than parsing those alone. */
const ONE_ALONE_IN = 4;

/**
 * Appends the objects from `text.at` on and moves on behind the last; answers how many, at least one where what stands there is
 * JSON, and no more than `LOGS_PER_REQUEST_MAX` with those before. One that is not plain is parsed alone; where there are many of these
 * (already the first: the others are like it) parsing all in one go is cheaper: 0, too. `separator` stands between two, and
 * where it is a line feed none stands within; `index` is the place of the first in what was sent.
 */
export function appendLogs(
  text: JsonBytes,
  block: LogBlock,
  filed: Filed,
  read: LogsRead,
  separator: typeof COMMA | typeof LF,
  index: number,
): number {
  const plain = block.appendJson(text, separator, LOGS_PER_REQUEST_MAX - read.count);
  if (plain > 0) {
    filed.accepted += plain;
    read.count += plain;
    return plain;
  }
  if (read.alone * ONE_ALONE_IN >= read.count) return 0;
  const end = objectEnd(text, text.at);
  // Longer ones may hold more objects than a body may: that is for the parser of the whole to say.
  if (end < 0 || end - text.at > JSON_CONTAINERS_MAX) return 0;
  const object = text.bytes.subarray(text.at, end);
  if (separator === LF && object.includes(LF)) return 0;
  let log: unknown;
  try {
    log = JSON.parse(Buffer.from(object.buffer, object.byteOffset, object.byteLength).toString('utf8'));
  } catch {
    return 0;
  }
  const rejection = block.append(log, 'log');
  if (rejection === null) filed.accepted += 1;
  else reject(filed, index, rejection.code, rejection.message);
  text.at = end;
  read.count += 1;
  read.alone += 1;
  return 1;
}
