// The 413 of a request with more logs than one may have.
import { ContractError } from '@sazabi/contract';
import { LOGS_PER_REQUEST_MAX } from '../limits.ts';

export function tooManyLogs(): ContractError {
  return new ContractError(
    'PAYLOAD_TOO_LARGE',
    `A request may have ${LOGS_PER_REQUEST_MAX} logs at most; nothing was stored. Split it.`,
  );
}
