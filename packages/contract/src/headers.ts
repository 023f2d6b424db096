// Names of the headers that clients send and read, and the request id's rule. All lower case.

export const PUBLIC_KEY_HEADER = 'x-sazabi-key';
export const SECRET_KEY_HEADER = 'x-sazabi-secret-key';
export const REQUEST_ID_HEADER = 'x-request-id';
export const IDEMPOTENCY_KEY_HEADER = 'idempotency-key';
export const RATE_LIMIT_HEADERS = {
  limit: 'x-ratelimit-limit',
  remaining: 'x-ratelimit-remaining',
  reset: 'x-ratelimit-reset',
} as const;

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The client's request id where it has the documented form, else a new one from `generate`. */
export function requestIdFrom(header: string | undefined, generate: () => string): string {
  return header !== undefined && REQUEST_ID.test(header) ? header : generate();
}
