// Limits of the consumer, each with its reason.
import type { RangeLimits } from './core/range.ts';

/**
 * One range: what is held in memory (twice, with the range read ahead), and rows and inflated bytes of each of its days, as these are what
 * one insert brings: at 200 000 rows a second, what comes while one is waited for and inserted. When they bounded the range, an insert of
 * one of three days (50 retentions make three) had a third of that: 96 000 rows cost the engine 1.34 times as three inserts what they did
 * as one, 211 000 of three days, row for row, 1.08 (medians of five turns on one engine, a load of 23). 4096 ids are what one look-up asks
 * for in a few milliseconds. Inflated, 250 000 usual logs are 53 MB, so that 236 000 of them make an insert, and 50 000 of a KB; but a
 * request of 5 MiB may be a frame of 2 KB. In inserts of logs of 200 kB of one letter, one after the other, the resident memory of the
 * embedded engine peaked at 567 MiB for 64 MiB inflated, 746 for 128, 1104 for 256 and 1875 for 512; 1 GiB of them, and 512 MiB of logs of
 * 2 kB, it refused for want of memory, and what it refuses is halved and sent again. Large logs among small ones lie in one granule, and a
 * merge reads one of each part at once: ten parts of 48 MiB, six sevenths of it logs of 220 kB, were merged within that engine's 1.5 GiB;
 * ten of 64 MiB were not. That what comes of them can be merged again is a matter of merges by rows (docs/adr/0025).
 */
export const RANGE_LIMITS: RangeLimits = {
  rowsMax: 250_000,
  bytesMax: 32 * 1024 * 1024,
  inflatedBytesMax: 48 * 1024 * 1024,
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
 * A record that comes after a rest is stored at once; then so long is waited for more. An insert and the look-up before it cost
 * the engine some 40 ms of CPU however small they are (19 columns, two projections, fsync): at 10 000 rows a second 8 CPU-s per
 * million rows with 500 ms, 4 with a second.
 */
export const GATHER_MS = 500;
/**
 * The shortest wait, where inserts are so slow and bring so many rows that it is their rows that cost, not their number. With 500 ms
 * at 120 000 logs a second on two busy cores (four rounds in turn) inserts had 126 000 to 176 000 rows and took 0.6 to 1.3 s, and a
 * log was found after 2.2 to 3.6 s (p99); with this 101 000 to 114 000, 0.5 to 0.6 s, and 1.5 to 2.5 s.
 */
export const GATHER_MIN_MS = 100;
export const GATHER_LESS_ROWS = 50_000;
/** The longer wait, where many rows come or several partitions are at work, each with inserts of its own. */
export const GATHER_MAX_MS = 1_000;
/** Inserts of so many rows show that many come: what trickles in is found half a second sooner, at 2 inserts a second. */
export const GATHER_MORE_ROWS = 2_000;
/**
 * A row waits for the insert under way, then for more rows, then for its own insert: all three together, of the oldest row that
 * waits. It is to be found within 2 s, queries included; with 1.6 s here, 1 in 100 was found after 2.2 s at 40 000 logs a second on
 * two busy cores. How long its insert will take is told by the rows that are there, and by how long rows have taken. When the time of
 * inserts alone was looked at, the first wait of a load was a whole second, and its rows took another: at 130 000 a second (two calm
 * rounds in turn) a log was found after 2.1 and 2.4 s (p99) then, 1.8 and 1.7 now.
 */
export const FRESH_MS = 1_200;

/** How long one read waits for a first record before it asks again. */
export const IDLE_READ_MS = 30_000;

/** Waits after failures: doubling from the first to the last. A store that is back is used again within the last. */
export const BACKOFF_FIRST_MS = 50;
export const BACKOFF_MAX_MS = 1_000;

/** A server that must not be used (a wrong password, another shard's) is looked at again so often: an operator has to mend it. */
export const REFUSED_AGAIN_MAX_MS = 30_000;

/**
 * So many bytes of large logs may come, since the consumer's start, before their server merges by rows. What all merges at once read of
 * those that it brought is less then; 48 MB of them in granules were 240 MiB in an engine that merged them, so it comes to some 640 MiB of
 * the embedded one's 1.5 GiB beside what that takes anyway.
 */
export const LARGE_LOGS_BYTES_MIN = 128 * 1024 * 1024;

/** A server that could not be set to merge by rows for large logs is asked again by the first insert with such after so long. */
export const LARGE_LOGS_AGAIN_MS = 30_000;

/** A call of the store or the bus without an answer for so long makes the partition one that waits. */
export const SLOW_ANSWER_MS = 10_000;

/** A stop lets the insert under way end for so long, then cuts it off: it is asked for again at the next start. */
export const STOP_GRACE_MS = 5_000;
