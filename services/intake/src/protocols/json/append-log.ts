// Appends one log of a body, straight from its bytes where it is plain.
import { type JsonBytes, type LogBlock, objectEnd } from '@sazabi/log-record';
import { type Filed, reject } from '../../batch/submission.ts';
import { JSON_CONTAINERS_MAX } from '../../limits.ts';

/**
 * Appends the object at `text.at` and moves on behind it; `index` is its place in what was sent. False where it is not JSON.
 * One that is not plain is parsed alone; where already the first is not, the others are like it, and parsing them in one go is
 * cheaper: false, too.
 */
export function appendLog(text: JsonBytes, block: LogBlock, filed: Filed, index: number, isFirst: boolean): boolean {
  if (block.appendJson(text)) {
    filed.accepted += 1;
    return true;
  }
  if (isFirst) return false;
  const end = objectEnd(text, text.at);
  // Longer ones may hold more objects than a body may: that is for the parser of the whole to say.
  if (end < 0 || end - text.at > JSON_CONTAINERS_MAX) return false;
  let log: unknown;
  try {
    log = JSON.parse(Buffer.from(text.bytes.buffer, text.at, end - text.at).toString('utf8'));
  } catch {
    return false;
  }
  const rejection = block.append(log, 'log');
  if (rejection === null) filed.accepted += 1;
  else reject(filed, index, rejection.code, rejection.message);
  text.at = end;
  return true;
}
