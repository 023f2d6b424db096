// The seam between intake and block writer: an open batch of rows that becomes one Native block.
import type { Mode } from '@sazabi/contract';
import type { JsonBytes } from './json/json-bytes.ts';

/** What is the same for all logs of one request; the part that a key fixes may be cached and reused by identity. */
export interface RequestSource {
  /** UUID text. */
  readonly projectId: string;
  readonly mode: Mode;
  /** UUID text of the public key. */
  readonly keyId: string;
  /** Default of the logs' environment; '' = none. */
  readonly environment: string;
}

export interface Rejection {
  readonly code: 'VALIDATION_ERROR' | 'PAYLOAD_TOO_LARGE';
  readonly message: string;
}

/**
 * Column buffers that rows are appended to straight from the parsed JSON; reused from batch to batch.
 * Every row carries an id (16 bytes) and an ordinal: the request's id where it has one, else the record's.
 */
export interface LogBlock {
  readonly rowCount: number;
  /** Rows of requests without an id of their own: the next such row's ordinal, and a record's `own_rows`. */
  readonly ownRowCount: number;
  /** The sum of the rows' `bytes`: what the logs are charged as. */
  readonly logBytes: number;
  /** The sum of `bytes` of those rows that are large (`LARGE_LOG_BYTES`); it goes through all rows. */
  readonly largeLogBytes: number;
  /** Size of the encoded block so far, at most 5 % too low. */
  readonly byteLength: number;
  /** Memory of its buffers, however little is in them. */
  readonly bufferBytes: number;
  /** Empties the block for a new record. `expiresOnDay`: days since 1970-01-01 UTC. */
  reset(recordId: Uint8Array, expiresOnDay: number): void;
  /** Every following append belongs to this request. `requestId`: 16 bytes, null = the record's id and running ordinals. */
  beginRequest(source: RequestSource, receivedAtMs: number, requestId: Uint8Array | null): void;
  /** Normalises one parsed log (or event) and appends it; a rejected one leaves no trace. Never throws, whatever JSON it was. */
  append(log: unknown, kind: 'log' | 'event'): Rejection | null;
  /**
   * Reads the objects from `text.at` on straight into rows, at most `logsMax`, as long as they are plain and only white space
   * and the separator (comma or line feed, a byte) stand between them, and moves on behind the last. Answers how many, which may
   * be fewer than there are. 0: the first is not plain, would be rejected or is not JSON; JSON.parse and `append` are asked then.
   */
  appendJson(text: JsonBytes, separator: number, logsMax: number): number;
  /** Takes back every row since `beginRequest`. */
  dropRequest(): void;
  /** The Native block. A view into a buffer that the next `encode` of any block reuses: copy or compress it first. */
  encode(): Uint8Array;
}
