// Limits of the consumer, each with its reason.
import type { RangeLimits } from './core/range.ts';

/**
 * One range: what is held in memory (twice, with the range read ahead) and what one insert may bring. 4096 ids are what one
 * look-up asks for in a few milliseconds.
 */
export const RANGE_LIMITS: RangeLimits = {
  rowsMax: 100_000,
  bytesMax: 32 * 1024 * 1024,
  idsMax: 4096,
  recordsMax: 4096,
};

/** So often an insert may go without an answer, while look-ups get theirs, until its records are suspected of causing it. */
export const UNANSWERED_MAX = 5;

/** So many tokens in a row may be acknowledged without the rows being found, until the records are suspected of having none. */
export const TOKENS_MAX = 8;

/** Rows whose day lies further back are passed over: the table drops them a day later (TTL `expires_on` + 4 days). */
export const EXPIRED_DAYS_MAX = 3;

/**
 * A record that comes after a rest is stored at once; then so long is waited for more. An insert costs the engine some 26 ms
 * of CPU however small it is (19 columns, two projections, fsync), and 1.7 s per million rows when it is large: at 10 000
 * rows a second 200 ms would cost 20 CPU-s per million rows, 500 ms 9. Rows are to be found within 2 s.
 */
export const GATHER_MS = 500;
/**
 * With several partitions at work at once, each makes inserts of its own (30 ms of the engine's CPU, 12 a second on six partitions) and
 * waits so much longer, less what two inserts take just now: a row may wait for both and is to be found within 2 s.
 */
export const GATHER_MAX_MS = 1_000;

/** How long one read waits for a first record before it asks again. */
export const IDLE_READ_MS = 30_000;

/** Waits after failures: doubling from the first to the last. A store that is back is used again within the last. */
export const BACKOFF_FIRST_MS = 50;
export const BACKOFF_MAX_MS = 1_000;

/** A server that must not be used (a wrong password, another shard's) is looked at again so often: an operator has to mend it. */
export const REFUSED_AGAIN_MAX_MS = 30_000;

/** A call of the store or the bus without an answer for so long makes the partition one that waits. */
export const SLOW_ANSWER_MS = 10_000;

/** A stop lets the insert under way end for so long, then cuts it off: it is asked for again at the next start. */
export const STOP_GRACE_MS = 5_000;
