// A live tail as EventSource does it: it comes back by itself behind the last event; and one that only counts, for many at once.
import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { System } from './system.ts';

const RETRY_MS = 100;

export interface FollowedTail {
  /** Messages of the rows that came, in their order, over all connections. */
  readonly messages: readonly string[];
  /** Rows that it was told it missed, and errors. */
  readonly told: readonly string[];
  readonly connections: () => number;
  /** Ends the connection, if there is one; it comes back. */
  cut(): void;
  /** How often a connection was cut that was there. */
  readonly cuts: () => number;
  /** Resolves when a first connection is open. */
  readonly opened: Promise<void>;
  stop(): Promise<void>;
}

/** Follows with this key until it is stopped. */
export function followTail(system: Pick<System, 'apiUrl'>, key: string, query = ''): FollowedTail {
  const messages: string[] = [];
  const told: string[] = [];
  let lastId: string | undefined;
  let [connections, cuts] = [0, 0];
  let isOpen = false;
  let isStopped = false;
  let connection = new AbortController();
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const connect = async (): Promise<void> => {
    connection = new AbortController();
    const resume = lastId === undefined ? {} : { 'last-event-id': lastId };
    const response = await fetch(`${system.apiUrl}/logs/tail${query}`, {
      headers: { 'x-sazabi-secret-key': key, ...resume },
      signal: connection.signal,
    });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    connections += 1;
    const parser = createParser({
      onEvent({ event, data }) {
        if (event === 'log') messages.push(JSON.parse(data).message);
        else told.push(`${event} ${data}`);
      },
      onId: (id) => {
        lastId = id;
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      isOpen = true;
      open();
    }
  };
  const follow = async () => {
    while (!isStopped) {
      await connect().catch(() => undefined);
      isOpen = false;
      if (!isStopped) await wait(RETRY_MS);
    }
  };
  const following = follow();
  return {
    messages,
    told,
    connections: () => connections,
    cut() {
      if (!isOpen) return;
      cuts += 1;
      connection.abort();
    },
    cuts: () => cuts,
    opened,
    async stop() {
      isStopped = true;
      connection.abort();
      await following;
    },
  };
}

export interface CountingTail {
  rows(): number;
  lagged(): number;
  close(): void;
}

/** Opens a tail that keeps nothing of what comes; resolves when it is open. */
export function countTail(system: Pick<System, 'apiUrl'>, key: string, query = ''): Promise<CountingTail> {
  return new Promise((resolve, reject) => {
    let [rows, lagged] = [0, 0];
    const request = get(`${system.apiUrl}/logs/tail${query}`, {
      headers: { 'x-sazabi-secret-key': key },
      agent: false,
    });
    request.once('error', reject).once('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode}`));
      let rest = '';
      response.setEncoding('latin1').on('data', (chunk: string) => {
        const text = rest + chunk;
        const end = text.lastIndexOf('\n') + 1;
        rest = text.slice(end);
        for (const line of text.slice(0, end).split('\n')) {
          if (line === 'event: log') rows += 1;
          else if (line === 'event: lagged') lagged += 1;
        }
        resolve({ rows: () => rows, lagged: () => lagged, close: () => void request.destroy() });
      });
    });
  });
}
