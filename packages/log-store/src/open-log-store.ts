// The client factory: @clickhouse/client over HTTP, for the embedded engine and a real server alike. Its one patch (patches/): two turns
// of the event loop before a request where it set a timer, which was a millisecond of each query.
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

export type { ClickHouseClient } from '@clickhouse/client';

export interface LogStoreOptions {
  /** Shown in the server's query log. */
  readonly application: string;
  /** Sockets at once; further calls wait. Default 10. */
  readonly connectionsMax?: number;
  /** A request without an answer for this long fails; above the server's own `max_execution_time`. Default 35 s, for queries. */
  readonly requestTimeoutMs?: number;
}

/** Above what one query may take in the server (30 s): one that hangs is told as a store that cannot be reached. */
const REQUEST_TIMEOUT_MS = 35_000;
const CONNECTIONS_MAX = 10;

/** A client for `http://user:password@host:port/database`. Nothing is sent before the first query. */
export function openLogStore(url: string, options: LogStoreOptions): ClickHouseClient {
  return createClient({
    url,
    application: options.application,
    max_open_connections: options.connectionsMax ?? CONNECTIONS_MAX,
    request_timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    // The consumer's bodies are zstd already; answers stay on loopback or inside a data centre.
    compression: { request: false, response: false },
    // It would log query texts; failures are thrown to the caller, who logs them once.
    log: { level: ClickHouseLogLevel.OFF },
  });
}
