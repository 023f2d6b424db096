// Clients that send logs without end and keep account: what was sent, what was answered with 202, what a crash left open.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';

const LOGS_PER_REQUEST_MAX = 100;
const REQUEST_DEADLINE_MS = 5_000;
/** After a failure: a killed intake is back within a second, so this is not long to wait and not a busy loop. */
const RETRY_PAUSE_MS = 20;
/** Of the requests, those with an Idempotency-Key; they are retried until they are answered with 202. */
const IDEMPOTENT_SHARE = 0.4;
/** Of the idempotent requests, those that are sent once more although they were answered, as a client that lost the answer does. */
const REPEATED_SHARE = 0.2;

export interface LoadOptions {
  /** Begins every message: no two loads of a test may share it. */
  readonly name: string;
  readonly clients: number;
  readonly random: () => number;
  /** A public key without a rate limit. */
  readonly publicKey: string;
  /** A pause of each client between its requests; none unless given. */
  readonly pauseMs?: number;
  /** Called before an answered request is sent once more: a client that knows several intakes may turn to another one. */
  readonly beforeRepeat?: () => void;
  /** Called at each 202. */
  readonly onAcknowledged?: () => void;
}

export interface LoadAccount {
  /** Unique messages, one a log. */
  readonly sent: ReadonlySet<string>;
  readonly acknowledged: ReadonlySet<string>;
  /** Requests without a 202: refused, cut off, timed out. */
  readonly failures: readonly string[];
}

export interface Load {
  readonly account: LoadAccount;
  /** No new requests; what is to be retried is retried until it is answered. */
  stop(): Promise<LoadAccount>;
}

/** Starts the clients. */
export function startLoad(client: Client, options: LoadOptions): Load {
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  const failures: string[] = [];
  let stopped = false;

  const attempt = async (logs: readonly { message: string }[], idempotencyKey?: string): Promise<boolean> => {
    try {
      const answer = await client.postLogs(logs, {
        key: options.publicKey,
        signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      if (answer.accepted !== logs.length) throw new Error(`accepted ${answer.accepted} of ${logs.length}`);
      for (const { message } of logs) acknowledged.add(message);
      options.onAcknowledged?.();
      return true;
    } catch (error) {
      failures.push(`${error}${causeOf(error)}`);
      await sleep(RETRY_PAUSE_MS);
      return false;
    }
  };

  const runClient = async (clientName: string): Promise<void> => {
    for (let request = 0, sequence = 0; !stopped; request++) {
      const count = 1 + Math.floor(options.random() * LOGS_PER_REQUEST_MAX);
      const logs = Array.from({ length: count }, () => ({
        message: `${clientName}-${sequence++}`,
        level: 'info',
        service: 'load',
        attributes: { request, client: clientName },
      }));
      for (const { message } of logs) sent.add(message);
      if (options.pauseMs !== undefined) await sleep(options.pauseMs);
      if (options.random() >= IDEMPOTENT_SHARE) {
        await attempt(logs);
        continue;
      }
      const idempotencyKey = `${clientName}-request-${request}`;
      while (!(await attempt(logs, idempotencyKey)));
      if (options.random() >= REPEATED_SHARE) continue;
      options.beforeRepeat?.();
      await attempt(logs, idempotencyKey);
    }
  };

  const account = { sent, acknowledged, failures };
  const clients = Array.from({ length: options.clients }, (_, index) => runClient(`${options.name}-c${index}`));
  return {
    account,
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return account;
    },
  };
}

/** Of an answer that did not come: why, as the system calls it. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? Object(error.cause) : {};
  return 'code' in cause ? ` (${cause.code})` : '';
}
