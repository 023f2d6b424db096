// The answer to a request whose logs were read: what was accepted, what was rejected and why, and the receipt.
import { ContractError } from '@sazabi/contract';
import { createReceipt, type RequestSource } from '@sazabi/log-record';
import type { Filed } from '../batch/submission.ts';

/**
 * The body of the 202. `receiptSecret` signs the receipt. Under an Idempotency-Key that says no count and no day: what is
 * stored may be an earlier request's, of another body or day, and every repeat must get the same.
 */
export function acceptedBody(filed: Filed, source: RequestSource, receiptSecret: Uint8Array): string {
  const receipt = createReceipt(receiptSecret, {
    projectId: source.projectId,
    mode: source.mode,
    storedId: filed.storedId,
    firstOrdinal: filed.firstOrdinal,
    count: filed.idempotent ? 0 : filed.accepted,
    day: filed.idempotent ? 0 : filed.expiresOnDay,
  });
  const rejected = filed.rejectedCount === 0 ? '[]' : JSON.stringify(filed.rejected);
  // Put together by hand: numbers and base64url need no escaping, and this is on the way of every request.
  return `{"data":{"accepted":${filed.accepted},"rejected":${rejected},"rejectedCount":${filed.rejectedCount},"receipt":"${receipt}"},"error":null}`;
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
