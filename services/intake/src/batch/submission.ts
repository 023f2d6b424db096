// A request on its way into a batch, and what became of its logs.
import type { RequestSource } from '@sazabi/log-record';
import { REJECTED_LISTED_MAX } from '../limits.ts';
import type { ParsedLogs } from '../protocols/parsed-logs.ts';
import type { Protocol } from '../protocols/protocol.ts';

export interface Submission {
  readonly source: RequestSource;
  readonly expiresOnDay: number;
  readonly receivedAtMs: number;
  /** 16 bytes made from the Idempotency-Key; null without one. */
  readonly requestId: Uint8Array | null;
  readonly kind: ParsedLogs['kind'];
  readonly protocol: Protocol;
  /** As sent, inflated; read before the call that it is passed to returns. */
  readonly body: Uint8Array;
}

export type RejectionCode = 'VALIDATION_ERROR' | 'PAYLOAD_TOO_LARGE' | 'INVALID_JSON';

export interface RejectedLog {
  readonly index: number;
  readonly code: RejectionCode;
  readonly message: string;
}

/** The logs of one request, once they are in a batch. A repeat under the same id shares its original's. */
export interface Filed {
  accepted: number;
  /** What the accepted logs are charged as: the sum of their column `bytes`. */
  logBytes: number;
  rejectedCount: number;
  /** The first {@link REJECTED_LISTED_MAX} of them. */
  readonly rejected: RejectedLog[];
  /** All of them by code; null = none. */
  rejectedByCode: Map<RejectionCode, number> | null;
  /** 16 bytes: the request's id, or its record's. */
  readonly storedId: Uint8Array;
  readonly firstOrdinal: number;
  /** Whether the stored id is the request's own. */
  readonly idempotent: boolean;
  readonly expiresOnDay: number;
}

export function reject(filed: Filed, index: number, code: RejectionCode, message: string): void {
  filed.rejectedCount += 1;
  filed.rejectedByCode ??= new Map();
  filed.rejectedByCode.set(code, (filed.rejectedByCode.get(code) ?? 0) + 1);
  if (filed.rejected.length < REJECTED_LISTED_MAX) filed.rejected.push({ index, code, message });
}
