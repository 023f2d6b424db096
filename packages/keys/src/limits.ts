// Limits of keys, their feed and their rate limits, each with its unit and reason.

/** Presented texts whose key id is remembered; 47 characters each, so about 10 MiB at most. */
export const PRESENTED_KEYS_CACHED_MAX = 65_536;
