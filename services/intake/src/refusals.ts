// Answers to requests that are refused for what the intake can hold or do, not for what they are; made in one place, in one voice.
import { ContractError } from '@sazabi/contract';
import { secondsLeftOfDay } from '@sazabi/keys';
import { BODY_BYTES_MAX, INFLATED_BYTES_MAX, INFLATION_RATIO_MAX, RETRY_AFTER_SECONDS } from './limits.ts';

function unavailable(message: string): ContractError {
  return new ContractError(
    'SERVICE_UNAVAILABLE',
    message,
    { accepted: false },
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

export function tooManyRequests(retryAfterSeconds: number, why = ''): ContractError {
  return new ContractError(
    'RATE_LIMIT_EXCEEDED',
    `Too many requests. Please retry after ${retryAfterSeconds} seconds.${why}`,
    {},
    { retryAfterSeconds },
  );
}

/** The project's day is full. */
export function quotaExhausted(
  what: 'logs' | 'bytes',
  quota: { readonly logsPerDay: number | null; readonly bytesPerDay: number | null },
  nowMs: number,
): ContractError {
  const most = what === 'logs' ? quota.logsPerDay : quota.bytesPerDay;
  return tooManyRequests(
    secondsLeftOfDay(nowMs),
    ` The project has used up its daily quota of ${most} ${what}; it begins anew at 00:00 UTC.`,
  );
}

export function noSnapshot(): ContractError {
  return unavailable('No keys are known here yet: the intake has not reached the API since it started. Send it again.');
}

export function stopping(): ContractError {
  return unavailable('This intake is stopping; nothing was stored. Send it again.');
}

export function queueFull(): ContractError {
  return unavailable('Too much is waiting to be written; nothing was stored. Send it again.');
}

// Made once: an error costs 3 us, most of it for a stack that nobody reads, and refusing must be cheap where there is no time.
const OVERLOADED = unavailable('More logs come than this intake can take just now; nothing was stored. Send it again.');

export function overloaded(): ContractError {
  return OVERLOADED;
}

export function bodiesFull(): ContractError {
  return unavailable('Too many bodies are being read at once; nothing was stored. Send it again.');
}

/** The number of partitions is not known: no record can be made. */
export function busNotReached(): ContractError {
  return unavailable(
    'The queue behind this intake has not been reached since it was set up; nothing was stored. Send it again.',
  );
}

/** Its own disk, or the bound of what may wait: a sender can do the same about both, and the log says which it is. */
export function busFull(): ContractError {
  return unavailable(
    'There is no room to keep logs: the disk or the queue of this server is full, which its operator can mend. Nothing was stored. Send it again later.',
  );
}

/** After an append whose answer was lost: it may be stored, so `accepted` is not said. */
export function maybeStored(): ContractError {
  return new ContractError(
    'SERVICE_UNAVAILABLE',
    'The logs could not be confirmed as written; they may be stored or not. Send them again with the same Idempotency-Key to store them once.',
    {},
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

export function bodyTooLarge(): ContractError {
  return new ContractError(
    'PAYLOAD_TOO_LARGE',
    `The body is larger than ${BODY_BYTES_MAX} bytes as sent. Split it, or compress it (gzip, zstd, br, deflate).`,
  );
}

/** Of a batch that the bus does not take for its size. */
export function recordTooLarge(): ContractError {
  return new ContractError(
    'PAYLOAD_TOO_LARGE',
    'The logs are larger, packed together, than the queue behind the intake takes at once; nothing was stored. Send fewer of them in a request.',
  );
}

export function inflatedTooLarge(): ContractError {
  return new ContractError(
    'PAYLOAD_TOO_LARGE',
    `The body inflates to more than ${INFLATED_BYTES_MAX} bytes, or beyond 1 MiB by more than ${INFLATION_RATIO_MAX} times. Split it.`,
  );
}
