// Telling a database that is not there from one that refuses: the first is worth another try.

/** Codes of the `postgres` client and of the system for a connection that is gone or never came about. */
const CONNECTION_CODES = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);
const SOCKET_CODES = new Set(['ECONNRESET', 'EPIPE']);

/** PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutting down, starting up). */
const UNAVAILABLE_STATES = /^(08|53|57P)[0-9A-Z]+$/;

/** Whether the control store failed for being unreachable, starting or stopping. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? String(at.code) : '';
    if (UNAVAILABLE_STATES.test(code) || CONNECTION_CODES.has(code)) return true;
    // A socket's own error without a query around it may as well be the caller's socket.
    if (at !== error && SOCKET_CODES.has(code)) return true;
  }
  return false;
}
