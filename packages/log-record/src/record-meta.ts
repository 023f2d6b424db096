// What a bus record says of its block without its being decoded; design in docs/adr (exactly-once).

/** At most this many requests with an Idempotency-Key in one record: their ids must fit one look-up. */
export const REQUEST_IDS_MAX = 4096;

export interface RecordMeta {
  /** 16 bytes, UUIDv7. */
  readonly batchId: Uint8Array;
  readonly rows: number;
  /** Rows of requests without an Idempotency-Key: they carry `batchId` themselves. */
  readonly ownRows: number;
  /** Days since 1970-01-01 UTC: the table partition that the whole record lies in. */
  readonly expiresOnDay: number;
  /** Ids (16 bytes each, UUIDv8) of the requests that came with an Idempotency-Key; each once. */
  readonly requestIds: readonly Uint8Array[];
}
