// Telling a database that is not there from one that refuses: the first is worth another try.

/** The code, ours, of a server that does not answer what it is sent. */
export const SERVER_SILENT = 'SERVER_SILENT';

/** Codes of the system for a connection that never came about or was cut. A proxy that has no server behind it resets. */
const CONNECTION_CODES = new Set([
  SERVER_SILENT,
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What the driver says of a connection or a pool that is gone: it gives these errors no code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout expired$|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end)/;

/** What it says of a pool that was thrown away. */
const KNOWN_AWAY_MESSAGE = /^Cannot use a pool after calling end/;

/**
 * PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutting down, starting up); a server that is only read from
 * (25006, a standby after a fail-over); what ran into a time-out of ours (25P03, 55P03, 57014) or another transaction (40).
 */
const UNAVAILABLE_STATES = /^(08|53|57P)[0-9A-Z]+$|^(25006|25P03|55P03|57014|40001|40P01)$/;

/** An error that says so itself. */
export function unavailable(why: string): Error {
  return Object.assign(new Error(why), { code: SERVER_SILENT });
}

/** Whether the control store failed for being unreachable, starting, stopping or busy: worth another try. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? String(at.code) : '';
    if (UNAVAILABLE_STATES.test(code) || CONNECTION_CODES.has(code) || CONNECTION_MESSAGES.test(at.message))
      return true;
  }
  return false;
}

/** Whether it was refused without being asked, as the control store is known to be away: one line says that for all of them. */
export function isKnownAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (KNOWN_AWAY_MESSAGE.test(at.message)) return true;
  return false;
}
