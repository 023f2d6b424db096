// Appends the logs of one request to a block, and keeps what became of each.
import { isUtf8 } from 'node:buffer';
import { ContractError } from '@sazabi/contract';
import { createJsonBytes, type LogBlock, loadJson } from '@sazabi/log-record';
import type { ParsedLogs } from '../protocols/parsed-logs.ts';
import { type Filed, reject, type Submission } from './submission.ts';

const BOM = 0xfeff;
/** A request is read in one go, so one is enough. */
const text = createJsonBytes();

/**
 * Appends them straight from the body where that can be, else as parsed values. An error refuses the request as a whole, and
 * nothing of it is in the block then. `batchId`: the id of the rows of a request that has none of its own.
 */
export function fileLogs(block: LogBlock, submission: Submission, batchId: Uint8Array): Filed | ContractError {
  const { kind, protocol, body } = submission;
  block.beginRequest(submission.source, submission.receivedAtMs, submission.requestId);
  const logBytesBefore = block.logBytes;
  const filed = beginFiling(block, submission, batchId);
  if (kind === 'log' && isUtf8(body)) {
    loadJson(text, body);
    if (protocol.append(text, block, filed)) {
      filed.logBytes = block.logBytes - logBytesBefore;
      return filed;
    }
    block.dropRequest();
  }
  const logs = protocol.parse(textOf(body), kind);
  if (logs instanceof ContractError) return logs;
  const parsed = beginFiling(block, submission, batchId);
  appendParsed(block, logs, parsed);
  parsed.logBytes = block.logBytes - logBytesBefore;
  return parsed;
}

function beginFiling(block: LogBlock, { requestId, expiresOnDay }: Submission, batchId: Uint8Array): Filed {
  return {
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
}

/** Invalid UTF-8 becomes U+FFFD; a byte order mark goes. */
function textOf(body: Uint8Array): string {
  const decoded = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return decoded.charCodeAt(0) === BOM ? decoded.slice(1) : decoded;
}

function appendParsed(block: LogBlock, { kind, items, lines, badLines }: ParsedLogs, filed: Filed): void {
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
}
