// The API's limits and times, each with its unit and reason.

/** Bodies are queries and settings, the largest a filter of 20 × 100 values. */
export const BODY_BYTES_MAX = 1_048_576;

/** Queries that one organization may have under way, from the asking until the answer has left; further ones get 429. */
export const QUERIES_AT_ONCE_MAX = 8;

/** How long a change of a key waits for the intakes to confirm it (invariant I4). */
export const KEY_CONFIRM_WAIT_MS = 1_000;

/** Intakes take 2 s of silence for a cut feed. */
export const FEED_HEARTBEAT_MS = 500;

/** How often a replica writes down that it lives, and reads what it may have missed. */
export const BEAT_INTERVAL_MS = 500;

/** After a beat that failed. */
export const BEAT_RETRY_MS = 200;

/** Feeds of a replica that has not reached the control store for so long end: soon nobody waits for their intakes any more. */
export const FEED_LEASE_MS = 2_000;

/** How often a change of a key asks whether other replicas' intakes have confirmed it, where no notification says so. */
export const CONFIRMATION_POLL_MS = 100;

/** Bytes of one line that an intake sends: a report of 500 keys has about 300 000. */
export const FEED_LINE_BYTES_MAX = 1_048_576;

/** An intake that reads so slowly that this much waits for it is cut off; it comes back with its position. */
export const FEED_UNSENT_BYTES_MAX = 67_108_864;

/** Feed lines written at a time before looking whether the intake keeps up. */
export const FEED_CHUNK_LINES = 500;

/** How often it is read what others have taken of quotas; only while an intake has a project under one. */
export const QUOTA_READ_INTERVAL_MS = 1_000;

/** Projects of one such statement: PostgreSQL takes 65 535 parameters. */
export const QUOTA_PROJECTS_AT_ONCE = 10_000;

/** How often the last use of secret keys is written down: it is shown within 10 s, a slow store included. */
export const KEY_USE_FLUSH_MS = 5_000;

/** How often key changes that no feed needs any more are forgotten. */
export const FORGET_CHANGES_INTERVAL_MS = 3_600_000;

/** Answers under way at a stop have this long (invariant I10 gives 10 s in all). */
export const CLOSE_WAIT_MS = 7_000;

/** A store that does not answer a readiness probe in this time is not reachable. */
export const READY_PROBE_MS = 2_000;

/** Characters kept of a caller's user agent. */
export const USER_AGENT_LENGTH_MAX = 256;

/** A request must have come whole in this time, or its connection is closed. */
export const REQUEST_TIMEOUT_MS = 30_000;

/** The head of a request must have come in this time. */
export const HEADERS_TIMEOUT_MS = 10_000;

/** How exactly both times are kept. */
export const CONNECTIONS_CHECK_INTERVAL_MS = 5_000;

/** A connection without a byte in either direction for so long is destroyed; a query runs 30 s at most without one. */
export const CONNECTION_IDLE_MS = 45_000;

/** Connections kept at once; further ones are closed unanswered. */
export const CONNECTIONS_MAX = 2_048;

/** Bytes of large answers that may wait to be read, in the whole process; an answer past them is a 503. */
export const ANSWERS_WAITING_BYTES_MAX = 256 * 1_048_576;

/** Answers up to this size are not counted: with all connections they are 128 MiB at most. */
export const SMALL_ANSWER_BYTES_MAX = 65_536;

/** So long a call waits for the bus: a replay that takes longer may yet be durable, and is repeated without harm. */
export const BUS_WAIT_MS = 10_000;

/** One step of a reconciliation: so much of the bus is read and checked (some 10 ms), and so many ids are asked of the store. */
export const RECONCILE_BYTES_MAX = 8 * 1_048_576;
export const RECONCILE_RECORDS_MAX = 1_000;
export const RECONCILE_IDS_MAX = 8_192;

/** Records that are there come at once, of brokers that answer. */
export const RECONCILE_WAIT_MS = 5_000;

/** What seems to be missing is asked so often, so far apart: a replica of the store may be behind. */
export const RECONCILE_ASKED_MAX = 4;
export const RECONCILE_AGAIN_MS = 500;

/** Projects of which a reconciliation shows the usage: those with the most logs. */
export const RECONCILE_PROJECTS_MAX = 1_000;

/** A receipt can be asked for so long. */
export const RECEIPT_DAYS_MAX = 7;

/** The table keeps rows at least so long past their day (TTL `expires_on` + 4 days). */
export const ROWS_KEPT_PAST_EXPIRY_DAYS = 4;

/** Of the operator’s dead letters so many of each kind are listed: those of the bus come with their records, 1 MiB and more each. */
export const OPERATOR_LETTERS_MAX = 100;

/** After a start, before it is looked whether the work on the log store is due: the consumer may have tables to make. */
export const MAINTENANCE_START_DELAY_MS = 10_000;

/** How often that is looked at after that, and how soon a run that failed is tried again. */
export const MAINTENANCE_POLL_MS = 60_000;

/** Another replica takes over from one that is silent for so long; above what one query of the work may take. */
export const MAINTENANCE_LEASE_MS = 900_000;

/** Who has the turn says so that often while it waits for the store. */
export const MAINTENANCE_KEEP_MS = 60_000;

/** Above the 600 s that ClickHouse gives each query of the work. */
export const MAINTENANCE_REQUEST_TIMEOUT_MS = 620_000;

/** What was removed is taken off the disk so often: parts are written anew for it. With the hour of a run, within a day. */
export const REWRITE_INTERVAL_MS = 20 * 3_600_000;

/** Projects that one run clears; the rest is the next one's. */
export const PURGES_AT_ONCE_MAX = 1_000;

/** Live tails open at once in one process, each a connection; further ones get 429. */
export const TAILS_MAX = 1_000;
/** The same of one organization: 500, and room for those that come back before their old connection is found dead. */
export const TAILS_PER_ORGANIZATION_MAX = 750;
/** How soon a client comes back when its tail is cut, as it is told. */
export const TAIL_RETRY_MS = 1_000;
/** Below what proxies and our own idle limit take for a dead connection. */
export const TAIL_HEARTBEAT_MS = 15_000;
/** How often it is asked whether the keys of open tails still hold, and which projects they see: one look for all of them. */
export const TAIL_STANDING_MS = 1_000;
/** Bytes that may wait for readers of all tails together; each has an even share, of at least so many tails. */
export const TAILS_WAITING_BYTES_MAX = 64 * 1_048_576;
export const TAILS_SHARING_MIN = 16;
/** In one turn of the event loop rows are matched for so long, for all tails together. */
export const TAIL_SLICE_MS = 5;
/**
 * Until the shared reading has caught up, rows are matched for so long for the tails of one organization. Past it they are counted,
 * not looked at, where others have tails: so long they may be held up by each that asks for more.
 */
export const TAIL_ORGANIZATION_MATCH_MS = 500;
/** Ids of records and idempotent requests that are remembered, to show each once: 16 bytes and some 100 around them. */
export const SEEN_IDS_MAX = 100_000;
/** Of one read of the bus; a single record may be larger. */
export const TAIL_READ_BYTES_MAX = 1_048_576;
export const TAIL_READ_RECORDS_MAX = 256;
/** A read waits so long for a record, and looks then whether it is still wanted. */
export const TAIL_READ_WAIT_MS = 1_000;
/** After a read that failed, or where another reading must come first. */
export const TAIL_READ_RETRY_MS = 100;
/** So far back a tail goes on where it was cut; 15 min are promised. An id has no authority: anybody may name the first record. */
export const TAIL_RESUME_AGE_MS_MAX = 3_600_000;
/** A tail that catches up reads so much of a partition at a time … */
export const TAIL_CATCH_UP_BYTES_MAX = 1_048_576;
/** … and goes on when no more than this, and than its share of all tails, waits for its reader. */
export const TAIL_CATCH_UP_WAITING_BYTES = 262_144;
/** A reader that does not take them in this time is read for again later: a record in memory is not kept for it. */
export const TAIL_CATCH_UP_PATIENCE_MS = 100;
/** Tails that have records in memory while they catch up: after a restart all come back together. */
export const TAIL_CATCH_UPS_MAX = 8;
/** Above their shares by rows that are larger than these; past it, one whose reader takes nothing is cut. */
export const TAIL_CATCH_UPS_WAITING_BYTES_MAX = 128 * 1_048_576;
/** So long one of them goes on while another organization's waits. */
export const TAIL_CATCH_UP_SEAT_MS = 100;
/** What tails have missed is counted by the store, for so many of them at once: all may have missed the same. */
export const TAIL_COUNTS_MAX = 2;
/** Nearer than this to the live tails it joins them: they wait while it reads what is left, a few milliseconds. */
export const TAIL_JOIN_BYTES_MAX = 65_536;
/** Joining, it holds up the others for so long, and for the one row that it looks at. */
export const TAIL_JOIN_MS_MAX = 20;
/** The bus stays open so long after the last tail: clients that were cut come back. */
export const TAIL_LINGER_MS = 5_000;
