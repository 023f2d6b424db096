// One connection of the key feed: request and answer both stay open; silence, a bad line or a peer that does not read end it.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Applied, createFeedApplier } from './feed-applier.ts';
import { createFeedReader } from './feed-lines.ts';
import type { FeedReply } from './key-entry.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import { FEED_CLOSE_MS, FEED_SILENCE_MS, FEED_UNSENT_BYTES_MAX } from './limits.ts';

export interface FeedConnectionOptions {
  /** The API's internal port. */
  readonly url: string;
  readonly token: string | undefined;
  readonly intakeId: string;
  readonly snapshot: KeySnapshot;
  readonly silenceMs?: number | undefined;
  /** After each message was applied, before it is confirmed. */
  readonly onApplied: (applied: Applied) => void;
}

export interface FeedConnection {
  send(reply: FeedReply): void;
  /** Ends our side and waits for the other, for a bounded time. */
  end(): Promise<void>;
  /** Resolves with the reason when it is over; never rejects. */
  readonly over: Promise<string>;
}

/** Connects, asks for what came after the snapshot's position, and applies and confirms what comes. */
export function openFeedConnection(options: FeedConnectionOptions): FeedConnection {
  const request = openRequest(options);
  let finish: (reason: string) => void = () => undefined;
  const over = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const giveUp = (reason: string): void => {
    finish(reason);
    request.destroy();
  };
  const silenceMs = options.silenceMs ?? FEED_SILENCE_MS;
  const silence = setTimeout(() => giveUp(`nothing heard for ${silenceMs} ms`), silenceMs);
  void over.then(() => clearTimeout(silence));

  const send = (reply: FeedReply): void => {
    if (request.writableEnded || request.destroyed) return;
    if (request.writableLength > FEED_UNSENT_BYTES_MAX) giveUp('the API does not read what is sent to it');
    else request.write(`${JSON.stringify(reply)}\n`);
  };

  const apply = createFeedApplier(options.snapshot);
  const read = createFeedReader((message) => {
    const applied = apply(message);
    options.onApplied(applied);
    if (applied.confirm !== null) send({ type: 'confirm', seq: applied.confirm });
  });
  request.on('error', (error) => finish(error.message || String(error)));
  request.on('response', (response: IncomingMessage) => {
    response.on('error', (error) => finish(error.message));
    response.on('close', () => finish('the API ended the connection'));
    if (response.statusCode !== 200) {
      const hint = response.statusCode === 401 ? ': is INTERNAL_TOKEN the same on both sides?' : '';
      giveUp(`the API answered ${response.statusCode}${hint}`);
      return;
    }
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      silence.refresh();
      try {
        read(chunk);
      } catch (error) {
        giveUp(error instanceof Error ? error.message : String(error));
      }
    });
  });
  send({ type: 'hello', intakeId: options.intakeId });

  return {
    send,
    over,
    async end() {
      request.end();
      const deadline = setTimeout(() => giveUp('closed'), FEED_CLOSE_MS);
      await over;
      clearTimeout(deadline);
      request.destroy();
    },
  };
}

function openRequest(options: FeedConnectionOptions): ClientRequest {
  const position = options.snapshot.position();
  const url = new URL('/internal/keys', options.url);
  if (position !== null) url.searchParams.set('after', `${position.epoch}.${position.seq}`);
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open(url, {
    method: 'POST',
    // A connection of its own: it lives as long as the process.
    agent: false,
    headers: {
      'content-type': 'application/x-ndjson',
      accept: 'application/x-ndjson',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
  });
  // Each confirmation is one small write: it must not wait for the next.
  request.setNoDelay(true);
  return request;
}
