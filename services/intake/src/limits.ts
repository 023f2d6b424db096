// Every bound of the intake, each with its unit and reason. Limits of one log are LOG_LIMITS of packages/log-record.

const KIB = 1024;
const MIB = 1024 * KIB;

/** A body as sent: what browsers and agents batch, with room. */
export const BODY_BYTES_MAX = 5 * MIB;
/**
 * A body that is not whole by then is given up and its connection closed: 5 MiB at 90 KB/s. uWebSockets ends by itself what
 * sends less than 16 KiB a second, and any head that is not whole after 10 to 14 s; at that rate a body would be held for 5 minutes.
 */
export const BODY_READ_MS = 60_000;
/** What a body that comes in chunks is gathered in at first; doubled as it fills. */
export const BODY_ROOM_BYTES_MIN = 16 * KIB;
/** A body after decompression. */
export const INFLATED_BYTES_MAX = 20 * MIB;
/** Up to here any ratio of compression is taken: small bodies of one repeated line are honest. */
export const INFLATED_BYTES_ANY_RATIO = 1 * MIB;
/** Beyond that a body that grows more than this many times is a bomb, not logs (logs reach 10 to 40). */
export const INFLATION_RATIO_MAX = 200;
/** The largest zstd window a client may ask us to hold (RFC 8878, section 3.1.1.1.2, recommends 8 MiB). */
export const ZSTD_WINDOW_LOG_MAX = 23;
/** Frames of one zstd body: files put end to end have a few; each costs a decoder. */
export const ZSTD_FRAMES_MAX = 64;
/** Compressed bodies up to here are inflated at once: a thread costs 0.1 ms more than it saves. */
export const INFLATE_SYNC_BYTES_MAX = 8 * KIB;
/** Inflations at a time off the event loop; others wait. Bounds zstd windows to 64 MiB, and there are four threads. */
export const INFLATIONS_MAX = 8;

/** Logs of one request. */
export const LOGS_PER_REQUEST_MAX = 10_000;
/** No log is shorter as JSON, with what stands between two: `{"msg":0},`. */
export const LOG_JSON_BYTES_MIN = 10;
/** Objects and arrays in one body: V8 needs 50 bytes and 0.3 µs for each, and 20 MiB can hold 20 million. */
export const JSON_CONTAINERS_MAX = 1_000_000;
/** Rejected logs that an answer lists; the others are only counted. */
export const REJECTED_LISTED_MAX = 100;
export const IDEMPOTENCY_KEY_FORM = /^[\x21-\x7e]{1,128}$/;

/** Bodies and what they inflate to, of all requests together. */
export const BODIES_BYTES_MAX = 256 * MIB;
/** Of which a project may hold so many times as much as it leaves: 192 MiB where it is alone. */
export const BUDGET_SHARE_OF_FREE = 3;
/**
 * Blocks that are open or on their way to the bus; past it requests are refused before their bodies are read. The frame of one that is
 * on its way holds as much again, as it is made in room for any frame: 64 MiB more where the bus stalls.
 */
export const WAITING_BYTES_MAX = 128 * MIB;
/**
 * Overload (ADR 18). What a turn of the event loop takes where the queue stands: what comes up later in it has waited for as
 * long, and is refused. A closed loop of 512 clients with one log a request, or of 32 with 100, makes turns of 15 ms. An answer
 * takes up to seven turns with what lies between them, so this is 0.5 s.
 */
export const STANDING_WAIT_MS = 60;
/**
 * What a turn takes however long it lasts: 64 requests of 100 logs. A process that gets no processor is late with the few
 * requests of a closed loop, too; refusing those helps nobody (0.5 % of 32 connections were, on a machine with 15 others waiting).
 */
export const TURN_BYTES_MIN = 2 * MIB;
/** What a turn takes after a short one: a burst of this much work is taken whole. */
export const BURST_WAIT_MS = 300;
/** An append that took this long, with this much still waiting, is a bus that is behind: a stall or an outage alone is not. */
export const STANDING_APPEND_MS = 500;
export const STANDING_WAITING_BYTES = 8 * MIB;
/** What a project was given counts half after this long. */
export const SHARE_HALF_LIFE_MS = 1_000;
/** A request counts as many bytes of logs beside its own: one log a request costs as much as this many bytes in a batch. */
export const SHARE_REQUEST_BYTES = 4 * KIB;
/** Whoever has little is waited for so many times as long as one that is alone. */
export const PATIENCE_FACTOR_MAX = 2;
/** A slow bus is waited for at least so long a part of that, whoever it is. */
export const PATIENCE_FACTOR_MIN = 0.25;
/** Sockets at a time; more are closed at once. Each costs about 2 KiB at rest. */
export const CONNECTIONS_MAX = 16_384;
/** An answer up to here goes into uWebSockets' cork buffer (16 KiB, with its headers): a socket that is read takes it at once. */
export const ANSWER_BYTES_AT_ONCE = 8 * KIB;
/** Every so many answers without a body one ends its connection: bounds what a client that never reads can pile up. */
export const BODILESS_ANSWERS_MAX = 16;
/** All headers of a request; uWebSockets' own default refuses 4 KiB, which cookies and trace headers reach. */
export const HEADERS_BYTES_MAX = 16 * KIB;

/** A batch closes before it passes any of these, as far as a request's body tells, and never within a request. */
export const BATCH_BYTES_MAX = MIB;
export const BATCH_ROWS_MAX = 20_000;
/** How long an append waits at most for clients that were answered just before: about what an fsync takes. */
export const GATHER_MS = 1;
/**
 * How long requests without an Idempotency-Key go to one bus partition before they turn to the next: about what the consumer
 * gathers for one insert. Measured with six: a turn at each batch cost the store 8.9 CPU-s per million logs, this 3.3.
 */
export const SHARED_PARTITION_MS = 1_000;
/** Batches that are compressed or appended at a time: as many days of expiry and bus partitions leave without waiting in line. */
export const BATCHES_IN_FLIGHT_MAX = 64;
/**
 * Blocks kept for the next batches, how much memory all may have together, and with how much one is let go instead: a full batch
 * of 1 MiB has more than that in its columns, which grow by doubling.
 * Requests with an Idempotency-Key open a batch per bus partition and day: 72 of them in turn cost 50 us a request with their
 * blocks kept, 107 with 16 blocks.
 */
export const BLOCKS_POOLED_MAX = 128;
export const BLOCKS_POOLED_BYTES_MAX = 64 * MIB;
export const BLOCK_POOLED_BYTES_MAX = 8 * MIB;
/**
 * Blocks up to here are kept as they are, in a frame that says so: that is two pages of LMDB, and compressing one costs 20 to
 * 60 us. With 32 clients that send one log a request, an append has 28 of them.
 */
export const STORED_FRAME_BYTES_MAX = 8 * KIB;
/**
 * Blocks up to here are compressed at once, 2 ms of the event loop for the largest: a thread takes half as much again, as it
 * fetches the block from another core's cache. Measured at 32 requests of 100 logs an append, 680 KB: a fifth of the intake's CPU.
 */
export const COMPRESS_SYNC_BYTES_MAX = MIB;

/** After an append that failed for want of room, requests are refused unread for this long; then one batch is tried. */
export const FULL_REFUSAL_MS = 250;
/** A start waits this long for a bus that is away before it listens: what comes until the bus is reached is refused. */
export const FIRST_BUS_WAIT_MS = 3_000;
/** A start waits this long for the folder: the intake before it may be stopping. */
export const FOLDER_LOCK_WAIT_MS = 3_000;

/** After a 503: long enough for a burst to be written, short enough to be worth waiting for. */
export const RETRY_AFTER_SECONDS = 1;
/** A stop waits this long for bodies under way and answers; the process has 10 s in all. */
export const STOP_DRAIN_MS = 5_000;
/** A caller's address is read anew for a key at most this often (it costs 1 µs; "last used from" is reported every 5 s). */
export const ADDRESS_READ_INTERVAL_MS = 1_000;
/** A start waits this long for the API's keys before it goes on with the copy on disk, and how often it looks. */
export const FIRST_FEED_WAIT_MS = 2_000;
export const FIRST_FEED_POLL_MS = 10;
/** How often an intake that started without keys or bus looks whether it is ready, to say so once. */
export const READY_POLL_MS = 250;
