// Limits and times of keys, their feed and their rate limits, each with its unit and reason.

/** Presented texts whose key id is remembered; 47 characters each, so about 10 MiB at most. */
export const PRESENTED_KEYS_CACHED_MAX = 65_536;

/** Keys with a token bucket of their own; 100 bytes each, so about 10 MiB. */
export const RATE_LIMIT_BUCKETS_MAX = 100_000;
/** How many buckets a new key looks at for one that may go: bounds the work of one request. */
export const RATE_LIMIT_BUCKETS_SWEPT = 32;

/** Characters of one line of the feed: a key with 100 origins has about 10 000. Beyond it the peer is not ours. */
export const FEED_LINE_CHARACTERS_MAX = 1_048_576;
/** Confirmations and reports waiting for an API that does not read; beyond it the connection is made anew. */
export const FEED_UNSENT_BYTES_MAX = 4_194_304;
/** The API sends a heartbeat each 500 ms: four missed ones mean that the connection is dead. */
export const FEED_SILENCE_MS = 2_000;
export const FEED_BACKOFF_FIRST_MS = 50;
export const FEED_BACKOFF_MAX_MS = 1_000;
/** Half of the 10 s that a crash may lose of what was counted, and that a last use may be late. */
export const USAGE_REPORT_INTERVAL_MS = 5_000;
/** Keys in one report line, so that no line is longer than the API takes. */
export const USAGE_REPORT_KEYS_MAX = 500;
/** How often what was taken of quotas is told, where it has changed: two of these are how far a quota may be passed. */
export const QUOTA_REPORT_INTERVAL_MS = 1_000;
/** Projects in one such line: 100 bytes each. */
export const QUOTA_REPORT_PROJECTS_MAX = 1_000;
/** Keys counted between two reports; the use of others is not reported until the next. */
export const USAGE_KEYS_MAX = 100_000;
/** Characters kept of a caller's address and user agent. */
export const USAGE_ADDRESS_CHARACTERS_MAX = 64;
export const USAGE_USER_AGENT_CHARACTERS_MAX = 256;
/** How long a stop waits for the last report to be sent. */
export const FEED_CLOSE_MS = 500;

/** The snapshot's copy on disk is written at most this often. */
export const SNAPSHOT_WRITE_INTERVAL_MS = 1_000;
/** Entries turned into text at a time: about 4 ms, then other work has its turn. */
export const SNAPSHOT_WRITE_ENTRIES = 1_000;
