// How many connections the server keeps, and how long one may stand still.
import type { Server } from 'node:http';
import {
  CONNECTION_IDLE_MS,
  CONNECTIONS_CHECK_INTERVAL_MS,
  CONNECTIONS_MAX,
  HEADERS_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
} from '../limits.ts';

/** Node looks for late requests in this interval only; for the server's making. */
export const CONNECTION_OPTIONS = {
  connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
};

/** A connection that takes and sends no byte for `idleMs` is destroyed, and what waits for it let go. */
export function limitConnections(
  server: Server,
  { connectionsMax = CONNECTIONS_MAX, idleMs = CONNECTION_IDLE_MS } = {},
): void {
  server.maxConnections = connectionsMax;
  server.setTimeout(idleMs);
}
