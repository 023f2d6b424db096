// The answer to a request whose logs were read: what was accepted, what was rejected and why, and the receipt.
import { ContractError } from '@sazabi/contract';
import { RECEIPT_CHARACTERS, type ReceiptKey, writeReceipt } from '@sazabi/log-record';
import type { Filed } from '../batch/submission.ts';
import { LOGS_PER_REQUEST_MAX } from '../limits.ts';

/** Numbers and base64url need no escaping. */
function bodyText(accepted: string, rejected: string, rejectedCount: number, receipt: string): string {
  return `{"data":{"accepted":${accepted},"rejected":${rejected},"rejectedCount":${rejectedCount},"receipt":"${receipt}"},"error":null}`;
}

/** The body where none was rejected, for each number of digits of how many were accepted: with these and the receipt to be filled in. */
const BODIES = Array.from({ length: String(LOGS_PER_REQUEST_MAX).length + 1 }, (_, digits) =>
  Buffer.from(bodyText('0'.repeat(digits), '[]', 0, ' '.repeat(RECEIPT_CHARACTERS))),
);
const ACCEPTED_AT = bodyText('', '', 0, '').indexOf(',');
const RECEIPT_FROM_END =
  bodyText('', '', 0, '').indexOf('"},"error"') - bodyText('', '', 0, '').length - RECEIPT_CHARACTERS;
const receipt = Buffer.alloc(RECEIPT_CHARACTERS);

/**
 * The body of the 202, to be written before the next is made: bytes, as a string would be put together, copied and collected for each
 * request. Under an Idempotency-Key the receipt says no count and no day: what is stored may be an earlier request's, of another
 * body or day, and every repeat must get the same.
 */
export function acceptedBody(filed: Filed, key: ReceiptKey): string | Uint8Array {
  const { accepted, rejectedCount, storedId, firstOrdinal, idempotent } = filed;
  const stored = {
    storedId,
    firstOrdinal,
    count: idempotent ? 0 : accepted,
    day: idempotent ? 0 : filed.expiresOnDay,
  };
  const digits = String(accepted);
  const body = BODIES[digits.length];
  if (rejectedCount > 0 || body === undefined) {
    writeReceipt(key, stored, receipt, 0);
    return bodyText(digits, JSON.stringify(filed.rejected), rejectedCount, receipt.toString('latin1'));
  }
  for (let at = 0; at < digits.length; at += 1) body[ACCEPTED_AT + at] = digits.charCodeAt(at);
  writeReceipt(key, stored, body, body.length + RECEIPT_FROM_END);
  return body;
}

/** The 400 where logs were sent and none was accepted: each of the first 100 with its index as `path`. */
export function noneAccepted(filed: Filed): ContractError {
  const first = filed.rejected[0];
  const codes = filed.rejectedByCode;
  const code = codes?.size === 1 && codes.has('INVALID_JSON') ? 'INVALID_JSON' : 'VALIDATION_ERROR';
  const count = filed.rejectedCount === 1 ? 'The log was' : `None of the ${filed.rejectedCount} logs was`;
  const outcome = filed.rejectedCount === 1 ? 'rejected' : 'accepted';
  return new ContractError(code, `${count} ${outcome}. Log ${first?.index ?? 0}: ${first?.message ?? ''}`, {
    issues: filed.rejected.map(({ index, message }) => ({ path: String(index), message })),
  });
}
