// Limits of the LMDB bus, each with its unit and reason.

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** A record's value. The same bound as a Kafka topic's `max.message.bytes`, so that no record fits one bus alone. */
export const VALUE_BYTES_MAX = 24 * MIB;
/** A record's headers, names and values: 4096 request ids of 16 bytes and a few small ones fit well. */
export const HEADER_BYTES_MAX = 256 * KIB;

/** Default bound of what is kept, consumed or not. */
export const BYTES_MAX_DEFAULT = 8 * GIB;
/** Default time that consumed records stay readable. */
export const KEEP_CONSUMED_MS_DEFAULT = 15 * 60_000;
/** Default bytes of consumed records that stay readable: 3 million logs. Their pages count as memory of who appends. */
export const KEEP_CONSUMED_BYTES_MAX_DEFAULT = 128 * MIB;

/**
 * Address space that every process maps. A constant, since LMDB refuses a process whose map is smaller than the file.
 * It costs neither memory nor disk: what is stored is bounded by `bytesMax`.
 */
export const RECORDS_MAP_BYTES = 1024 * GIB;
export const POSITION_MAP_BYTES = 16 * GIB;

/** Records deleted in one transaction: short, so that an append never waits long for the write lock. */
export const DELETE_RECORDS_MAX = 256;
/** Bytes deleted in one transaction, for the same reason. */
export const DELETE_BYTES_MAX = 64 * MIB;
/** Held back in the records' store for deletions on a full disk: the page lists of many of the largest transactions. */
export const RESERVE_BYTES = MIB;
/** How often the producer looks for consumed records to delete. */
export const RECLAIM_INTERVAL_MS = 1_000;

/** An append that took longer is answered 'unavailable': the disk hangs, or LMDB has given up after a failed write. */
export const APPEND_DEADLINE_MS = 30_000;
/** A write that fails with less free disk than this has failed for want of it (LMDB calls a short write an I/O error). */
export const FREE_DISK_BYTES_MIN = 64 * MIB;
/** After a failed write the next one is tried this much later; appends in between are refused at once. */
export const RETRY_AFTER_FAILURE_MS = 500;

/** A process that lost its turn to append waits this long, and up to twice of it, before it takes the next. */
export const TURN_MS_MIN = 10;
/** Marks of turns kept: a process that stood still for as many turns of others still finds that its own is over. */
export const TURNS_KEPT = 10_000;

/** How often a process looks whether its files are still the ones in the folder. */
export const PRESENCE_CHECK_MS = 1_000;

/** A waiting reader looks by itself this often, for a producer that died between its commit and the doorbell. */
export const POLL_MS = 250;
/** The same where the file system gives no change events. */
export const POLL_WITHOUT_EVENTS_MS = 25;
