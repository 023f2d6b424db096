// The key feed's server: one long request per intake, the keys down, confirmations and reports of use up.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ControlDb, recordUsageReport } from '@sazabi/control-db';
import type { KeyUsage } from '@sazabi/keys';
import type { Logger } from '@sazabi/lifecycle';
import { FEED_HEARTBEAT_MS, KEY_CONFIRM_WAIT_MS } from '../limits.ts';
import { type ConnectedIntake, createConfirmations } from './confirmations.ts';
import { createFeedWriter, type FeedPosition } from './feed-writer.ts';
import { readReplies } from './reply-lines.ts';

export interface KeyFeed {
  /** Serves `POST /internal/keys?after=<epoch>.<seq>` until either side ends it. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Resolves once every connected intake has applied the change `seq`, at the latest after 1 s: what a change of a key waits for. */
  inForce(seq: number): Promise<void>;
  connectedIntakes(): number;
  /** Ends all feeds; resolves when the reports that came are written down. */
  close(): Promise<void>;
}

const POSITION = /^([0-9a-f-]{36})\.(\d{1,15})$/;

export function createKeyFeed(db: ControlDb, logger: Logger): KeyFeed {
  const confirmations = createConfirmations();
  const connected = new Set<AbortController>();

  // One after the other and beside the feeds: a report must not hold up the confirmations behind it.
  let reports = Promise.resolve();
  const takeReport = (usages: readonly KeyUsage[]): void => {
    reports = reports
      .then(() => recordUsageReport(db.orm, usages))
      .catch((error: unknown) =>
        logger.warn({ event: 'usage_report_lost', error: messageOf(error) }, 'A report of use is lost.'),
      );
  };

  const receive = async (request: IncomingMessage, intake: ConnectedIntake): Promise<void> => {
    for await (const reply of readReplies(request)) {
      switch (reply.type) {
        case 'hello':
          intake.intakeId = reply.intakeId;
          break;
        case 'confirm':
          intake.confirmedSeq = Math.max(intake.confirmedSeq, reply.seq);
          confirmations.confirmed();
          break;
        case 'report':
          takeReport(reply.keys);
          break;
      }
    }
  };

  const send = async (
    response: ServerResponse,
    after: FeedPosition | null,
    intake: ConnectedIntake,
    signal: AbortSignal,
  ) => {
    const writer = createFeedWriter(db, response, signal);
    if ((await writer.start(after)) && after !== null) intake.confirmedSeq = Math.max(intake.confirmedSeq, after.seq);
    await new Promise<void>((resolve, reject) => {
      const catchUp = () => void writer.catchUp().catch(reject);
      const stopListening = db.onKeyChange(catchUp);
      const heart = setInterval(() => writer.heartbeat(confirmations.liveIntakes()), FEED_HEARTBEAT_MS);
      signal.addEventListener('abort', () => {
        stopListening();
        clearInterval(heart);
        resolve();
      });
      // Whatever was committed between the snapshot's reading and the listening.
      catchUp();
      writer.heartbeat(confirmations.liveIntakes());
    });
  };

  return {
    async serve(request, response) {
      const over = new AbortController();
      const intake: ConnectedIntake = { intakeId: null, confirmedSeq: -1, cut: () => over.abort() };
      response.on('close', () => over.abort());
      connected.add(over);
      confirmations.join(intake);
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.socket?.setNoDelay(true);
      response.flushHeaders();
      try {
        await Promise.race([receive(request, intake), send(response, positionOf(request), intake, over.signal)]);
      } catch (error) {
        if (!over.signal.aborted)
          logger.warn({ event: 'key_feed_failed', error: messageOf(error) }, 'A key feed ended.');
      } finally {
        over.abort();
        connected.delete(over);
        confirmations.leave(intake);
        response.end();
      }
    },
    async inForce(seq) {
      if (!(await confirmations.waitFor(seq, KEY_CONFIRM_WAIT_MS)))
        logger.warn({ event: 'key_change_unconfirmed', seq }, 'An intake has not confirmed a key change in time.');
    },
    connectedIntakes: () => connected.size,
    async close() {
      for (const over of connected) over.abort();
      await reports;
    },
  };
}

function positionOf(request: IncomingMessage): FeedPosition | null {
  const after = new URLSearchParams(request.url?.split('?')[1]).get('after');
  const [, epoch, seq] = POSITION.exec(after ?? '') ?? [];
  return epoch === undefined || seq === undefined ? null : { epoch, seq: Number(seq) };
}

/** Of the database's own error where drizzle wraps it: drizzle's message holds the statement and its parameters. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
