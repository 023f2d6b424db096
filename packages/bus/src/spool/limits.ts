// Limits of the spool, each with its unit and reason.

const KIB = 1024;
const MIB = 1024 * KIB;

/** An append that the target has not acknowledged by then goes to the spool; a client waits this long once in an outage. */
export const DIRECT_DEADLINE_MS = 2_500;
/** On top of it the time that the record takes on the slowest link that is reckoned with: else large ones always go there. */
export const LINK_BYTES_PER_MS = 1_000;
/** Waits between tries to reach the target: doubling from the first to the last. */
export const RETRY_FIRST_MS = 50;
export const RETRY_MAX_MS = 1_000;
/** A start that knows the number of partitions waits this long for the target; then it begins with the spool. */
export const TARGET_WAIT_MS = 2_000;

/** What is read of the spool at once to be sent on: enough to keep every partition busy. */
export const WINDOW_BYTES_MAX = 16 * MIB;
export const WINDOW_RECORDS_MAX = 4_000;
/** Sent to one partition at once: Kafka's producer makes one request of it (its own limit is 512 KiB with framing). */
export const GROUP_BYTES_MAX = 384 * KIB;
/** The drainer waits this long for a record that is being spooled before it looks again. */
export const SPOOLED_WAIT_MS = 100;
/** How often the spool is looked at while records go past it: a write that was given up for slow may have landed since. */
export const LEFTOVER_CHECK_MS = 1_000;

/** Records that the target will never take at their size are kept up to here; then draining waits for an operator. */
export const SET_ASIDE_BYTES_MAX = 256 * MIB;
