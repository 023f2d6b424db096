// Cursors of /usage: the day, project and key of the last row before, opaque to clients. They carry no authority.
import type { UsagePlace } from '@sazabi/control-db';
import { dayText, utcDay } from '@sazabi/keys';
import { uuidFromText, uuidToText } from '@sazabi/log-record';
import { invalid } from '../../http/validation.ts';

const DAY_BYTES = 2;
const ID_BYTES = 16;
const CURSOR_BYTES = DAY_BYTES + 2 * ID_BYTES;

export function writeUsageCursor({ day, projectId, keyId }: UsagePlace): string {
  const bytes = Buffer.alloc(CURSOR_BYTES);
  bytes.writeUInt16BE(utcDay(Date.parse(day)), 0);
  bytes.set(uuidFromText(projectId), DAY_BYTES);
  bytes.set(uuidFromText(keyId), DAY_BYTES + ID_BYTES);
  return bytes.toString('base64url');
}

/** @throws ContractError VALIDATION_ERROR for what is no cursor of ours */
export function readUsageCursor(cursor: string | undefined): UsagePlace | null {
  if (cursor === undefined) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== CURSOR_BYTES || bytes.toString('base64url') !== cursor) {
    const issue = { path: 'cursor', message: 'is no nextCursor of this list' };
    throw invalid([issue], 'The query is not as documented: cursor is no nextCursor of this list.');
  }
  return {
    day: dayText(bytes.readUInt16BE(0)),
    projectId: uuidToText(bytes.subarray(DAY_BYTES, DAY_BYTES + ID_BYTES)),
    keyId: uuidToText(bytes.subarray(DAY_BYTES + ID_BYTES)),
  };
}
