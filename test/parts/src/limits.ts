// How long the parts may take: generous, for the machines that tests run on pause processes for seconds.

/** Of a broker or a database until it answers; 2.5 s and 0.7 s on an idle machine. */
export const START_DEADLINE_MS = 60_000;
/** Between SIGKILL and the last process of a server gone. */
export const STOP_DEADLINE_MS = 20_000;
/** Between two looks at something that is waited for. */
export const POLL_MS = 25;
/** Of Maven, which downloads 56 MB the first time. */
export const JARS_DEADLINE_MS = 300_000;
/** Of what a server wrote, shown where it does not start. */
export const OUTPUT_CHARACTERS_SHOWN = 4_000;
/** Of a PostgreSQL: services of several test systems share one, each with a pool. */
export const CONNECTIONS_MAX = 400;
