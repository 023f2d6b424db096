// What each route says of itself, for validation and for the OpenAPI document alike.
import { ERROR_STATUS, type ErrorCode } from '@sazabi/contract';
import { failureSchema } from '@sazabi/contract/schemas';

/** What any guarded call may answer, whatever it does. */
const GUARDED: readonly ErrorCode[] = [
  'VALIDATION_ERROR',
  'MISSING_API_KEY',
  'INVALID_API_KEY',
  'API_KEY_REVOKED',
  'API_KEY_EXPIRED',
  'WRONG_KEY_TYPE',
  'INSUFFICIENT_PERMISSIONS',
  'FORBIDDEN',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
];

/** What any call with a body may answer besides. */
export const BODY_ERRORS: readonly ErrorCode[] = ['INVALID_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

/** A failure as documented: the codes of one status in its description. */
type FailureAnswer = typeof failureSchema;

/** The failures of a guarded call, by status. */
export function guardedFailures(...codes: readonly ErrorCode[]): Record<string, FailureAnswer> {
  return failures(...GUARDED, ...codes);
}

/** The failures of any call, by status. */
export function failures(...codes: readonly ErrorCode[]): Record<string, FailureAnswer> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  return Object.fromEntries([...byStatus].map(([status, of]) => [status, failureSchema.describe(of.join(', '))]));
}
