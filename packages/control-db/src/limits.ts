// The control store's limits and times, each with its unit and reason.

/** Connections of one API replica for its requests; a request holds one for about a millisecond at a time. */
export const CONNECTIONS_MAX = 10;

/** A server that does not take a connection in this time is away. */
export const CONNECT_TIMEOUT_MS = 1_500;

/** Connections that nobody uses are closed: a network that forgets idle ones in silence has none to forget. */
export const IDLE_TIMEOUT_MS = 30_000;

/** A statement that runs longer is ended by the server and answered with 503; reading a snapshot of 100 000 keys takes 1 s. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** Who waits longer for a row that another transaction holds gives up with 503. */
export const LOCK_TIMEOUT_MS = 3_000;

/** A replica that was stopped in mid-transaction lets go of its locks after this time: the server ends its session. */
export const IDLE_IN_TRANSACTION_MS = 2_000;

/** The same in the transactions of a start, which write a file in between. */
export const IDLE_IN_START_MS = 60_000;

/** A pulse that is not answered in this time means that the server is away: whoever waits for it is told so. */
export const PULSE_DEADLINE_MS = 1_500;

/** A replica without a pulse for so long is gone: longer than a pulse's interval and deadline together. */
export const REPLICA_GONE_MS = 3_000;

/** A start tries again after this time, then after twice as long, up to the other. */
export const WAIT_FIRST_MS = 100;
export const WAIT_MAX_MS = 1_000;

/** Answers of one kind that are remembered: an organization's list of a thousand projects is some 200 KB. */
export const REMEMBERED_MAX = 100;

/** How long a close waits for statements under way. */
export const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Living projects of one organization: each query names all that it may see, and the log store takes 128 KiB of ids in one
 * parameter, which is 3 360. What is more than a project (a host, a customer) belongs in an attribute.
 */
export const PROJECTS_MAX = 1_000;

/**
 * Public keys of one organization, those that ended in the last 90 days included: each is in the memory of every intake.
 * A key is for an application, not for each of its users.
 */
export const PUBLIC_KEYS_MAX = 100_000;

/** Secret keys of one organization, counted in the same way: people and programs that read. */
export const SECRET_KEYS_MAX = 10_000;

/** After so many new ones, an organization's keys are counted again: a count of 100 000 takes 40 to 70 ms on PGlite. */
export const KEYS_COUNTED_EVERY = 1_000;

/** An organization that was counted as full is refused so long without counting. */
export const KEYS_FULL_MS = 60_000;

/** Threads of one organization: an investigation a day for 27 years; past it old ones are deleted first. */
export const THREADS_MAX = 10_000;

/** Messages of one thread: nobody reads so many; a program that writes on in one thread is told to begin another. */
export const THREAD_MESSAGES_MAX = 10_000;
