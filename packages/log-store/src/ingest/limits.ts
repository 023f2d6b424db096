// Limits of what the consumer asks of the log store.

/** 8192 ids (a range and the one ahead) are 320 KB of text; the server's own limit is 256 KiB. */
export const QUERY_BYTES_MAX = 4 * 1024 * 1024;

/** A look-up takes milliseconds; past this the server is in trouble, and asking anew is better. */
export const LOOK_UP_SECONDS_MAX = 30;

/** Of an error's text in a dead letter. */
export const REASON_CHARACTERS_MAX = 500;
