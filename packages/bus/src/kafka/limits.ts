// Limits of the Kafka bus, each with its unit and reason.

const KIB = 1024;
const MIB = 1024 * KIB;

/** A record's value, the same as on LMDB: what a spool holds fits the topic. */
export const VALUE_BYTES_MAX = 24 * MIB;
/** A record's headers, names and values: 4096 request ids of 16 bytes and a few small ones fit well. */
export const HEADER_BYTES_MAX = 256 * KIB;
/** `max.message.bytes` of a topic that is made, and what is asked of one that is there: the largest record with its framing. */
export const MESSAGE_BYTES_MAX = VALUE_BYTES_MAX + MIB;
/** The same of dead letters: the largest record that anyone can put on the topic, with where it was found. */
export const DEAD_LETTER_BYTES_MAX = MESSAGE_BYTES_MAX + MIB;

/** A TCP (and TLS) connection that takes longer is given up. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** An answer that takes longer is given up, and its connection with it: it may lead to a machine that is gone. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** A call that needs the brokers (opening a part, a commit, offsets) is tried again for so long. */
export const CALL_DEADLINE_MS = 5_000;
/** An append that is not acknowledged by then has failed; it may have been appended. */
export const APPEND_DEADLINE_MS = 3_000;
/** The slowest link that is reckoned with: what a record of 24 MiB takes on it comes on top of an append's deadline. */
export const LINK_BYTES_PER_MS = 1_000;
/** How often appends are looked through for those past their deadline. */
export const DEADLINE_CHECK_MS = 100;
/** Waits between tries: doubling from the first to the last. */
export const BACKOFF_FIRST_MS = 50;
export const BACKOFF_MAX_MS = 1_000;
/** Leadership and addresses are asked for anew after this long, and at any error that may come from their being old. */
export const METADATA_AGE_MS_MAX = 60_000;

/** Appends to one partition that come together share one request up to this size; a larger one goes alone. */
export const GROUP_BYTES_MAX = 512 * KIB;
/**
 * Requests under way to one partition; more wait, and are grouped. One keeps a partition busy, two hide the way there: a broker
 * handles those of a connection one after another. Four were no faster (150 to 410 MB/s to a broker beside, either way).
 */
export const SENDS_PER_PARTITION_MAX = 2;

/** Of one answer, on a good link and on the slowest. */
export const FETCH_BYTES_MAX = 16 * MIB;
export const FETCH_BYTES_MIN = 256 * KIB;
/** Of one partition in one answer, as part of it: 4 MiB take a third of the time of the client's default of 1 MiB per record. */
export const FETCH_PARTITION_SHARE = 1 / 4;
/** An answer may take so long at most, on a link that has shown to be slow: the largest record at 0.4 MB/s. */
export const FETCH_ANSWER_MS_MAX = 60_000;
/** A partition that has this much waiting to be read is not fetched: the back-pressure of a store that is slow or away. */
export const BUFFER_BYTES_MAX = 8 * MIB;
/** Of all partitions together; past it only partitions are fetched that somebody waits for. */
export const BUFFERS_BYTES_MAX = 64 * MIB;
/** A fetch waits so long at the broker for a record to come … */
export const FETCH_WAIT_MS = 500;
/** … and only so long where a partition is left out of it, which may be wanted at any moment. */
export const FETCH_WAIT_SHORT_MS = 50;
/** A read on a bus that does not answer fails after this long, or after its own wait where that is longer. */
export const READ_PATIENCE_MS = 3_000;

/** How often a member of the group shows that it lives, and learns of a rebalance: partitions move in less than a second. */
export const HEARTBEAT_MS = 400;
/** A join waits for the other members, a session at most; so much later its answer does not come any more. */
export const JOIN_SLACK_MS = 5_000;
/** Leaving the group takes at most this long of a stop. */
export const LEAVE_DEADLINE_MS = 1_000;

/** An outcome (of an append, or of asking the brokers) so young answers whether the bus is writable. */
export const WRITABLE_AGE_MS_MAX = 1_000;
/** Asking the brokers whether they are there takes at most this long. */
export const WRITABLE_DEADLINE_MS = 1_500;
