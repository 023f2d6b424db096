// One intake's connection: the keys down, confirmations and reports of use up, until either side ends it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlDb } from '@sazabi/control-db';
import type { KeyUsage } from '@sazabi/keys';
import { FEED_HEARTBEAT_MS } from '../limits.ts';
import type { ChangeReader } from './change-reader.ts';
import type { ConnectedIntake } from './confirmations.ts';
import { createFeedWriter, type FeedPosition, type FeedWriter } from './feed-writer.ts';
import type { QuotaExchange, QuotaFollower } from './quota-exchange.ts';
import { readReplies } from './reply-lines.ts';

export interface FeedConnectionParts {
  readonly db: ControlDb;
  readonly changes: ChangeReader;
  /** Calls back when keys may have changed; returns how to stop it. */
  readonly onNews: (listener: () => void) => () => void;
  /** The intake has said who it is, or has confirmed more. */
  readonly heard: () => void;
  readonly takeReport: (day: string, usages: readonly KeyUsage[]) => void;
  readonly quotas: QuotaExchange;
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
  const writer = createFeedWriter(parts.db, parts.changes, response, signal);
  const quota = parts.quotas.follow(writer.tell);
  try {
    await Promise.race([
      receive(request, intake, quota, parts),
      send(writer, positionOf(request), intake, signal, parts),
    ]);
  } finally {
    quota.leave();
  }
}

async function receive(
  request: IncomingMessage,
  intake: ConnectedIntake,
  quota: QuotaFollower,
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
        takeReport(reply.day, reply.keys);
        break;
      case 'quota-use':
        if (intake.intakeId !== null) quota.told(intake.intakeId, reply.day, reply.projects);
        break;
    }
  }
}

async function send(
  writer: FeedWriter,
  after: FeedPosition | null,
  intake: ConnectedIntake,
  signal: AbortSignal,
  { onNews, heard, liveIntakes }: FeedConnectionParts,
): Promise<void> {
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
