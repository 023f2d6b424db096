// Names, times and sizes of the embedded engine, each with its reason.

/** The one database; both users may touch nothing else. */
export const DATABASE = 'sazabi';
/**
 * The engine listens here and nowhere else: a raw half-sent request can abort it (ClickHouse #115666), so only our own clients may
 * reach it.
 */
export const LISTEN_HOST = '127.0.0.1';

/** Start to ready is 0.15–2 s; a part with destroyed checksums was seen to spin for ever, so a start has an end. */
export const READY_TIMEOUT_MS = 60_000;
/**
 * By so much the engine is nicer than its supervisor, on Linux all of its threads: where the cores do not suffice for all, the
 * intake's one thread had its share among the engine's many, and answers waited. Each of those still gets a third of what another
 * thread gets. At half of the peak on two cores (130 000 logs a second, three rounds in turn without and with it) acknowledged p50
 * was 65, 37, 16 and 26, 13, 9 ms, p99 411, 345, 165 and 293, 112, 88 ms; a log was found after 1.9, 1.6, 1.7 and 2.1, 2.0, 1.6 s
 * (p99). With merges alone at 10 the p99 was 184, 252, 184 ms. On a machine that others used as well a log was found after 1.3 s
 * with 0, 2.1 with 5, 3.4 with 10 (medians of the p50 of four rounds).
 */
export const NICER_BY = 5;
/**
 * By so much merges are nicer than the rest of the engine, on Linux: what is inserted waits for the same cores, and a merge has minutes.
 * At 130 000 logs a second for 22 s on two cores (two rounds in turn without and with it) a log was found after 2.4 and 4.0, 2.1
 * and 2.2 s (p99), acknowledged p99 was 116 and 305, 33 and 46 ms, and merges had done as much or more.
 */
export const MERGES_NICER_BY = 10;
/** Threads that merge and mutate. */
export const MERGE_THREADS = 2;
/** The nicest that Linux has. */
export const NICEST = 19;
/** How often the host asks whether its engine answers. */
export const PROBE_INTERVAL_MS = 25;
/** How often the host looks whether its port is still open, and how often in a row it may be shut. */
export const WATCH_INTERVAL_MS = 2_000;
export const REFUSALS_MAX = 2;
/**
 * So long the engine may leave unanswered whether a write of it has failed, then it is killed: the parts that a merge was made from are
 * kept for 8 minutes, and of those the kill, the restart (`READY_TIMEOUT_MS`) and a pause of the whole machine need some.
 */
export const UNANSWERED_MS_MAX = 3 * 60_000;
/**
 * A part that a merge makes takes the place of others, which the engine keeps for 8 minutes (ClickHouse's `old_parts_lifetime`): one that
 * is older than that beside the youngest has no sources left. It is nearly twice that as the engine removes them in rounds of its own
 * and a clock may have been set meanwhile, and little is lost by it: a part that is looked at in vain costs 0.4 ms of a start.
 */
export const RECENT_PARTS_MS = 15 * 60_000;
/**
 * What the list of a part's files may be long when inflated: 60 B a file, and a part of `logs` has fewer than 300. More is a size that was
 * read wrong.
 */
export const CHECKSUMS_BYTES_MAX = 16 * 1024 * 1024;
/**
 * What was set aside is kept so long, for whoever wants to look at it, and removed at the next start: it takes room on a disk that was
 * full, and may hold logs of projects that were deleted since.
 */
export const SET_ASIDE_KEPT_MS = 24 * 3_600_000;
/**
 * With less than this the engine begins no insert and no merge, so that those under way have room to end, and one that was killed for a
 * failed write starts again without writing. Where others fill the disk it does not help: there only what is looked for after a write.
 */
export const FREE_DISK_BYTES_MIN = 64 * 1024 * 1024;
/** One question of the host to its engine. */
export const ASK_TIMEOUT_MS = 5_000;
/** A stop lets running inserts finish for this long; what is cut off was not acknowledged. */
export const INSERTS_FINISH_MS = 5_000;
/**
 * Idle connections of clients that are still open hold the engine's end for 6 s; past this it is killed, which loses nothing
 * acknowledged (inserts are fsynced).
 */
export const STOP_DEADLINE_MS = 9_000;
/** A port that was free a moment ago may be taken by the time the engine listens. */
export const FREE_PORT_ATTEMPTS = 3;
/** What is kept of the child's stderr to tell why it ended. */
export const STDERR_TAIL_CHARACTERS = 16_384;
/** A configuration folder of an earlier run this old belongs to nobody: no start takes longer. */
export const STALE_CONFIG_MS = 10 * 60_000;

/** Queries at once per user; past it the engine answers 202 (too many simultaneous queries). */
export const CONCURRENT_QUERIES_MAX = 64;
export const READER_EXECUTION_SECONDS_MAX = 30;
export const READER_MEMORY_BYTES_MAX = 500_000_000;
/**
 * A query gets a thread for each of the cores where so much memory is free for each. By ClickHouse's default of 1 GiB, of less than
 * 2 GiB for the whole engine, every query had one thread.
 */
export const READER_THREAD_MEMORY_BYTES = 134_217_728;
/** Of the whole engine; excess fails one query with 241. Peak measured at full ingest: 1.67 GB resident. */
export const SERVER_MEMORY_BYTES_MAX = 1_610_612_736;
/**
 * Of them, what queries that ask for it keep of what they read: messages of a million logs of the usual size. What a query adds to
 * it counts as its own memory, so it is far below `READER_MEMORY_BYTES_MAX`: a search in large logs failed where it was above (256
 * MiB and a limit of 200 MB).
 */
export const UNCOMPRESSED_CACHE_BYTES_MAX = 134_217_728;
