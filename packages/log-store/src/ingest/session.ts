// Sessions that tie an insert to the look-up it rests on: after a restart of the server, or a stall of this process longer
// than the session lives, the insert is refused (372) instead of coming late.
import { randomUUID } from 'node:crypto';

/** Less than the time for which the table remembers insert tokens, by far. */
const SESSION_TIMEOUT_SECONDS = 60;

export interface SessionParameters {
  readonly session_id: string;
  readonly clickhouse_settings: Record<string, number>;
}

/** The parameters of a query that opens a session of its own (`null`) or needs one to be there still. */
export function sessionParameters(session: string | null): SessionParameters {
  const timeout = { session_timeout: SESSION_TIMEOUT_SECONDS };
  return session === null
    ? { session_id: randomUUID(), clickhouse_settings: timeout }
    : { session_id: session, clickhouse_settings: { ...timeout, session_check: 1 } };
}
