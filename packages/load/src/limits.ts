// Limits of a load run, each with its unit and reason.

export const MEBIBYTE = 1_048_576;

/** Logs of one request: the intake takes no more. */
export const BATCH_LOGS_MAX = 10_000;
/** A request as sent, and before compression: the intake takes no more. */
export const BODY_BYTES_MAX = 5 * MEBIBYTE;
export const BODY_INFLATED_BYTES_MAX = 20 * MEBIBYTE;
/**
 * A log's size as JSON: a message is cut or filled to it. Below, its fields alone are longer. The most is what the intake stores of
 * one log; it counts texts without quotes and most names, so what is as long as JSON is taken.
 */
export const LOG_BYTES_MIN = 220;
export const LOG_BYTES_MAX = 256 * 1_024;

export const CONNECTIONS_MAX = 10_000;
/**
 * An open loop stands for many clients that know nothing of each other: what is due finds a connection as long as no more requests
 * than this are under way. One is made when it is needed, but each has a body: of large ones there are as many as take this memory.
 */
export const CONNECTIONS_OF_OPEN_LOOP = 2_000;
export const OPEN_LOOP_BYTES_MAX = 64 * MEBIBYTE;
/** Each key is made by a call of its own that waits for the intakes. */
export const KEYS_MAX = 1_000;
export const RATE_LOGS_MAX = 100_000_000;
export const STEPS_MAX = 100;

/**
 * Bodies made beforehand: about 110 000 logs of 290 B, so that a log's text comes back only after more logs than the intake puts
 * into one record (20 000) and than the store compresses together.
 */
export const POOL_BYTES_MAX = 32 * MEBIBYTE;
export const POOL_BODIES_MAX = 65_536;
/** All connections at once hold no more than this in bodies under way. */
export const UNDER_WAY_BYTES_MAX = 256 * MEBIBYTE;

/** A request without an answer for so long failed; its connection is closed. */
export const ANSWER_TIMEOUT_MS = 30_000;
export const TIMEOUT_CHECK_MS = 1_000;
/** An answer is a few hundred bytes; a server that sends more is not an intake. */
export const ANSWER_BYTES_MAX = MEBIBYTE;
/** After a connection that failed, its next request waits so long: a server that is away is not asked in a busy loop. */
export const RECONNECT_MS = 100;
/** Open loop: what was due so long ago and found no free connection is not sent any more, and counted. */
export const OVERDUE_MS_MAX = 10_000;
/** After Ctrl-C answers are waited for no longer than this. */
export const STOP_WAIT_MS = 5_000;

/** Logs of one request lie in time over this long before it is sent, as a client's that gathers for a second. */
export const GATHERED_MS = 1_000;

/** Seconds, or longer spans of long runs, that the report keeps. */
export const TIMELINE_POINTS_MAX = 3_600;
/** Different kinds of errors told apart; the rest is one. */
export const ERROR_KINDS_MAX = 50;
/** Latencies are kept up to this, to 3 digits. */
export const LATENCY_US_MAX = 3_600_000_000;

/** Probes of freshness that are being asked for at once: an organization has 8 queries, and others may ask too. */
export const PROBES_ASKED_AT_ONCE = 4;
/** Probes that are not found yet; further ones are not begun. */
export const PROBES_WAITING_MAX = 200;
/**
 * A query costs the system some 10 CPU-ms, as much as a thousand logs: a probe is first asked for after a part of what the ones
 * before it took, and then after each quarter more of its age. So it takes about five queries, and is told to a quarter.
 */
export const PROBE_FIRST_MS_MIN = 50;
export const PROBE_FIRST_SHARE = 0.5;
export const PROBE_AGE_GROWTH = 1.25;
/** A probe that is not found in this time counts as not found. */
export const PROBE_DEADLINE_MS = 60_000;

/** What --verify keeps in memory: a bit for each log and 3 bytes for each request. */
export const VERIFY_LOGS_MAX = 400_000_000;
export const VERIFY_REQUESTS_MAX = 20_000_000;
/** Rows of one page, and pages asked for at once. */
export const VERIFY_PAGE_ROWS = 1_000;
export const VERIFY_READERS = 4;
/** Time is read in so many slices, so that the readers share it evenly. */
export const VERIFY_SLICES = 30;
/** What is acknowledged must be found so long after the last answer. */
export const VERIFY_DEADLINE_MS = 120_000;
export const VERIFY_PAUSE_MS = 500;

/** Between two tries of an API that is away. */
export const AWAY_PAUSE_MS = 500;
/** An API that is restarted meanwhile is waited for so long by the revoking of keys. */
export const REVOKE_PATIENCE_MS = 10_000;

/** Keys that could not be revoked (a run that was killed) end by themselves so long after the run should have. */
export const KEY_OUTLIVES_RUN_MS = 2 * 3_600_000;
