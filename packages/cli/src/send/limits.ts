// Limits of sending logs, each with its unit and reason.

/** Logs and bytes of one request: far under the intake's 10 000 and 5 MiB, so that several are under way and a retry is small. */
export const BATCH_LOGS_MAX = 1_000;
export const BATCH_BYTES_MAX = 1_048_576;
/** Requests under way at once: enough to keep the intake's group commit filled over one round trip. */
export const REQUESTS_MAX = 4;
/** A log read slowly (`tail -f`) is sent at the latest after this. */
export const LINGER_MS = 500;
/** The longest log kept in memory. The intake takes 256 KiB of stored text, which JSON can write six times as long. */
export const LOG_BYTES_MAX = 2_097_152;
/** What is looked at to tell the format. */
export const HEAD_BYTES_MAX = 65_536;

export const RETRY_FIRST_MS = 200;
export const RETRY_MAX_MS = 10_000;
/** One batch is tried for this long; the intake may be restarted meanwhile. */
export const RETRY_FOR_MS = 120_000;
/** An answer that takes longer is a lost one: the batch is sent again under its Idempotency-Key. */
export const ANSWER_TIMEOUT_MS = 30_000;

/** Rejected logs told one by one; of the rest the count. */
export const REJECTED_SHOWN_MAX = 20;
/** Files shorter than this are sent before a progress bar would be read. */
export const PROGRESS_BYTES_MIN = 4_194_304;
export const PROGRESS_INTERVAL_MS = 100;
