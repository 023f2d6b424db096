// For how long a receipt is answered.
import { type ReceiptFields, uuidFromText } from '@sazabi/log-record';
import { isOfRequest, type VisibleProject, visibleFromMs } from '@sazabi/log-store';
import { RECEIPT_DAYS_MAX, ROWS_KEPT_PAST_EXPIRY_DAYS } from '../../limits.ts';

const DAY_MS = 86_400_000;

/**
 * A receipt says no time of its own; its record's id does (UUIDv7, RFC 9562, section 5.7). Nor is one answered once the store may
 * have dropped the rows: it would be told that they were not stored yet; nor of rows that the project's retention hides. A
 * request's own id (under an `Idempotency-Key`) tells neither: it is answered as long as there are rows.
 */
export function isTooOld(
  receipt: Pick<ReceiptFields, 'storedId' | 'day'>,
  project: VisibleProject,
  nowMs: number,
): boolean {
  if (isOfRequest(receipt)) return false;
  const madeAtMs = Buffer.from(uuidFromText(receipt.storedId)).readUIntBE(0, 6);
  if (madeAtMs < visibleFromMs(project, nowMs)) return true;
  const goneAtMs = (receipt.day + ROWS_KEPT_PAST_EXPIRY_DAYS) * DAY_MS;
  return nowMs > Math.min(madeAtMs + RECEIPT_DAYS_MAX * DAY_MS, goneAtMs);
}
