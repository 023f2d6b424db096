// One intake's connection: the keys down, confirmations and reports of use up, until either side ends it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlDb } from '@sazabi/control-db';
import type { KeyUsage } from '@sazabi/keys';
import { FEED_HEARTBEAT_MS } from '../limits.ts';
import type { ConnectedIntake } from './confirmations.ts';
import { createFeedWriter, type FeedPosition } from './feed-writer.ts';
import { readReplies } from './reply-lines.ts';

export interface FeedConnectionParts {
  readonly db: ControlDb;
  /** Calls back when keys may have changed; returns how to stop it. */
  readonly onNews: (listener: () => void) => () => void;
  /** The intake has said who it is, or has confirmed more. */
  readonly heard: () => void;
  readonly takeReport: (usages: readonly KeyUsage[]) => void;
  readonly liveIntakes: () => number;
}

/** Resolves when the intake ends its side or the signal aborts. @throws Error where it sends what is no line of the feed */
export async function followIntake(
  request: IncomingMessage,
  response: ServerResponse,
  intake: ConnectedIntake,
  signal: AbortSignal,
  parts: FeedConnectionParts,
): Promise<void> {
  await Promise.race([receive(request, intake, parts), send(response, positionOf(request), intake, signal, parts)]);
}

async function receive(
  request: IncomingMessage,
  intake: ConnectedIntake,
  { heard, takeReport }: FeedConnectionParts,
): Promise<void> {
  for await (const reply of readReplies(request)) {
    switch (reply.type) {
      case 'hello':
        intake.intakeId = reply.intakeId;
        heard();
        break;
      case 'confirm':
        intake.confirmedSeq = Math.max(intake.confirmedSeq, reply.seq);
        heard();
        break;
      case 'report':
        takeReport(reply.keys);
        break;
    }
  }
}

async function send(
  response: ServerResponse,
  after: FeedPosition | null,
  intake: ConnectedIntake,
  signal: AbortSignal,
  { db, onNews, heard, liveIntakes }: FeedConnectionParts,
): Promise<void> {
  const writer = createFeedWriter(db, response, signal);
  if ((await writer.start(after)) && after !== null) {
    intake.confirmedSeq = Math.max(intake.confirmedSeq, after.seq);
    heard();
  }
  await new Promise<void>((resolve, reject) => {
    const catchUp = () => void writer.catchUp().catch(reject);
    const stopListening = onNews(catchUp);
    const heart = setInterval(() => writer.heartbeat(liveIntakes()), FEED_HEARTBEAT_MS);
    const stop = () => {
      stopListening();
      clearInterval(heart);
      resolve();
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    // Whatever was committed between the snapshot's reading and the listening.
    catchUp();
    writer.heartbeat(liveIntakes());
  });
}

const POSITION = /^([0-9a-f-]{36})\.(\d{1,15})$/;

function positionOf(request: IncomingMessage): FeedPosition | null {
  const after = new URLSearchParams(request.url?.split('?')[1]).get('after');
  const [, epoch, seq] = POSITION.exec(after ?? '') ?? [];
  return epoch === undefined || seq === undefined ? null : { epoch, seq: Number(seq) };
}
