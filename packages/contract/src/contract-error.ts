// The one error type that becomes an answer: a code of the table, a message that says what to do, and the code's own fields.
import { ERROR_STATUS, type ErrorCode } from './error-codes.ts';

/** One problem of a body or query: `path` is dotted (`filters.0.op`), empty for the whole. */
export interface ValidationIssue {
  readonly path: string;
  readonly message: string;
}

/** Fields beside code and message; which code has which is in the contract's error table. */
export interface ErrorDetails {
  readonly issues?: readonly ValidationIssue[];
  readonly reason?: 'malformed' | 'unknown' | 'ambiguous' | 'scheme';
  readonly revokedAt?: string;
  readonly expiredAt?: string;
  readonly required_scope?: string;
  /** 503 only: false when the request was refused before anything was appended. */
  readonly accepted?: false;
}

/** A failure that a client caused or must know of. Anything else that is thrown is answered INTERNAL_ERROR. */
export class ContractError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;
  /** Seconds for the `Retry-After` header, at least 1. */
  readonly retryAfterSeconds: number | undefined;
  /** Methods for the `Allow` header of a 405. */
  readonly allow: string | undefined;
  /** Its answer's body, before and behind the request id. */
  #body: readonly [string, string] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
    headers: { retryAfterSeconds?: number; allow?: string } = {},
  ) {
    super(message);
    this.name = 'ContractError';
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.details = details;
    this.retryAfterSeconds = headers.retryAfterSeconds;
    this.allow = headers.allow;
  }

  /**
   * The body of the answer (the envelope of envelope.ts), with an id of `requestIdFrom`, which needs no escaping. Most of it is made
   * once: what comes while there is no time for it is refused with one error for all.
   */
  toBody(requestId: string): string {
    this.#body ??= this.#makeBody();
    const [before, behind] = this.#body;
    return before + requestId + behind;
  }

  #makeBody(): readonly [string, string] {
    const { code, message, status, details } = this;
    const known = JSON.stringify({ code, message, status }).slice(0, -1);
    const others = JSON.stringify(details).slice(1);
    return [`{"data":null,"error":${known},"requestId":"`, `"${others === '}' ? '' : ','}${others}}`];
  }
}
