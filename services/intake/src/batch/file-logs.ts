// Appends the logs of one request to a block, and keeps what became of each.
import type { LogBlock } from '@sazabi/log-record';
import { type Filed, reject, type Submission } from './submission.ts';

/** `batchId`: the id of the rows of a request that has none of its own. */
export function fileLogs(block: LogBlock, submission: Submission, batchId: Uint8Array): Filed {
  const { requestId, expiresOnDay } = submission;
  const { kind, items, lines, badLines } = submission.logs;
  block.beginRequest(submission.source, submission.receivedAtMs, requestId);
  const logBytesBefore = block.logBytes;
  const filed: Filed = {
    accepted: 0,
    logBytes: 0,
    rejectedCount: 0,
    rejected: [],
    rejectedByCode: null,
    storedId: requestId ?? batchId,
    firstOrdinal: requestId === null ? block.ownRowCount : 0,
    idempotent: requestId !== null,
    expiresOnDay,
  };
  for (let index = 0; index < items.length; index += 1) {
    const badLine = badLines?.get(index);
    if (badLine !== undefined) {
      reject(filed, lines?.[index] ?? index, 'INVALID_JSON', badLine);
      continue;
    }
    const rejection = block.append(items[index], kind);
    if (rejection === null) filed.accepted += 1;
    else reject(filed, lines?.[index] ?? index, rejection.code, rejection.message);
  }
  filed.logBytes = block.logBytes - logBytesBefore;
  return filed;
}
