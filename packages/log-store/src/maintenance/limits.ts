// Limits of the work that removes rows.

/** Ids that one removal marks and then looks for, each for all its hidden projects: as a set in memory 64 MB. */
export const IDS_AT_ONCE_MAX = 1_000_000;

/** A partition goes at the beginning of the day so many days after its own: the table's TTL. */
export const PARTITION_KEPT_DAYS = 4;

/** Projects in one condition: 40 bytes of text each, twice. */
export const PROJECTS_AT_ONCE_MAX = 500;

/** How often a mutation is asked whether it is done: first, and after some asking. */
export const MUTATION_POLL_FIRST_MS = 50;
export const MUTATION_POLL_MAX_MS = 500;

/** A removal that fails may fail for want of memory or disk: the server gets this time to try it again, before it is ended. */
export const MUTATION_FAILED_SECONDS = 86_400;

/** Of one query: a scan of a project's rows for what is hidden, or the marking of a million ids. */
export const SECONDS_MAX = 600;

/** Days that are counted again at each copy: rows that a bus held back for longer are counted while they are stored. */
export const USAGE_DAYS_AGAIN = 7;
