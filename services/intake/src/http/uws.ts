// The seam to uWebSockets.js: the few calls that we use of it, typed, and the setting that must stand before it loads.
import { createRequire } from 'node:module';
import { HEADERS_BYTES_MAX } from '../limits.ts';

/** Valid only within the handler's call. */
export interface UwsRequest {
  /** In upper case as sent; uWebSockets takes any token. */
  getCaseSensitiveMethod(): string;
  /** The path alone, as sent (not decoded). */
  getUrl(): string;
  /** The raw query string; undefined or empty where there is none. */
  getQuery(): string | undefined;
  /** Every header as sent, duplicates too; names in lower case. Cheaper than asking for ten of them by name. */
  forEach(visit: (name: string, value: string) => void): void;
}

/** Dead once it has been ended or has aborted: any call then is fatal to the process. */
export interface UwsResponse {
  /** Written as it is: what follows a CRLF in it is headers. */
  writeStatus(status: string): void;
  end(body: string | Uint8Array, closeConnection: boolean): void;
  /** As `end`; the first is false where the socket did not take all at once, then `onWritable` must be told to go on. */
  tryEnd(body: string | Uint8Array, totalBytes: number): [boolean, boolean];
  onWritable(handler: (offset: number) => boolean): void;
  /** `contentLength` is what a body would have had (HEAD); without any argument none is written (204). */
  endWithoutBody(contentLength?: number, closeConnection?: boolean): void;
  /** Runs `write` so that all its writes leave in one packet. */
  cork(write: () => void): void;
  close(): void;
  onAborted(handler: () => void): void;
  /** `chunk` is dead after the call. Called on after `end` too, with what is left of the body. */
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): void;
  getRemoteAddressAsText(): ArrayBuffer;
}

export type ListenSocket = object;

export interface UwsApp {
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): void;
  /** `count` is 1 for a new connection and -1 for one that ended. */
  filter(handler: (response: UwsResponse, count: number) => void): void;
  listen(host: string, port: number, options: number, listening: (socket: ListenSocket | false) => void): void;
  /** Closes the listening socket and every connection. */
  close(): void;
}

export interface Uws {
  App(): UwsApp;
  SSLApp(options: { key_file_name: string; cert_file_name: string }): UwsApp;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  us_listen_socket_close(socket: ListenSocket): void;
  us_socket_local_port(socket: ListenSocket): number;
}

/**
 * Loads the native module. It reads UWS_HTTP_MAX_HEADERS_SIZE from the process environment when it is loaded and knows no
 * other way to be told, so this is the one place outside config.ts that touches the environment.
 */
export function loadUws(): Uws {
  process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= String(HEADERS_BYTES_MAX);
  const uws: Uws = createRequire(import.meta.url)('uWebSockets.js');
  return uws;
}
