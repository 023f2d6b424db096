// The envelope around every answer: {"data": …, "error": null} or {"data": null, "error": {…}}.
import type { ContractError, ErrorDetails } from './contract-error.ts';
import type { ErrorCode } from './error-codes.ts';

export interface ErrorBody extends ErrorDetails {
  readonly code: ErrorCode;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
}

export interface FailureEnvelope {
  readonly data: null;
  readonly error: ErrorBody;
}

/** The body of a failed answer. */
export function failure(error: ContractError, requestId: string): FailureEnvelope {
  return {
    data: null,
    error: { code: error.code, message: error.message, status: error.status, requestId, ...error.details },
  };
}

/** The body of a successful answer. */
export function success<T>(data: T): { data: T; error: null } {
  return { data, error: null };
}
