// The key feed's server: one long request per intake, and what a change of a key waits for.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ControlDb } from '@sazabi/control-db';
import { type Logger, safeMessage } from '@sazabi/lifecycle';
import { KEY_CONFIRM_WAIT_MS } from '../limits.ts';
import { createChangeReader } from './change-reader.ts';
import { type ConnectedIntake, createConfirmations } from './confirmations.ts';
import { followIntake } from './feed-connection.ts';
import { createQuotaExchange } from './quota-exchange.ts';
import { aloneOnStore, type Replicas } from './replicas.ts';
import { createSharedReplicas } from './shared-replicas.ts';
import { createUsageReports } from './usage-reports.ts';

export interface KeyFeed {
  /** Serves `POST /internal/keys?after=<epoch>.<seq>` until either side ends it; 503 while the control store is away. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Resolves once every intake that follows any replica has applied the change `seq`, at the latest after 1 s: what a change
   * of a key waits for.
   */
  inForce(seq: number): Promise<void>;
  /** Intakes that follow this replica. */
  connectedIntakes(): number;
  /** Replicas of the API that share rate limits, this one included. */
  liveReplicas(): number;
  controlStoreAnswers(): boolean;
  /** Reports of use that could not be written down. */
  lostReports(): number;
  /** Begins to follow other replicas; to be called once the control store is ready. */
  start(): void;
  /** Ends all feeds; resolves when the reports that came are written down. */
  close(): Promise<void>;
}

export function createKeyFeed(db: ControlDb, logger: Logger): KeyFeed {
  const followers = new Set<() => void>();
  const changes = createChangeReader(db);
  const wake = () => {
    changes.news();
    for (const follower of followers) follower();
  };
  const confirmations = createConfirmations(() => replicas.changed());
  const { state: feeds, heard, cutAll } = confirmations;
  const replicas: Replicas = db.shared
    ? createSharedReplicas({ db, logger, feeds, onNews: wake, onLost: cutAll })
    : aloneOnStore(() => feeds().intakeIds);
  const stopListening = db.onKeyChange(wake);
  const reports = createUsageReports(db, logger);
  const quotas = createQuotaExchange(db, logger);
  /** Feeds that failed since one has last begun. */
  let failures = 0;
  /** One line when an outage begins, and ever fewer while it lasts: intakes ask again and again. */
  const tellFailed = (error: unknown): void => {
    failures += 1;
    if (!Number.isInteger(Math.log2(failures))) return;
    logger.warn({ event: 'key_feed_failed', reason: safeMessage(error), failures }, 'A key feed ended.');
  };
  const parts = {
    db,
    changes,
    heard,
    takeReport: reports.take,
    quotas,
    liveIntakes: replicas.liveIntakes,
    onNews(listener: () => void) {
      followers.add(listener);
      return () => followers.delete(listener);
    },
  };

  return {
    async serve(request, response) {
      const over = new AbortController();
      const intake: ConnectedIntake = { intakeId: null, confirmedSeq: -1, cut: () => over.abort() };
      response.on('close', () => over.abort());
      confirmations.join(intake);
      try {
        // Before its keys are read: a change that is not among them must wait for it, on whichever replica it is made.
        await replicas.publish();
        failures = 0;
        response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
        response.socket?.setNoDelay(true);
        response.flushHeaders();
        await followIntake(request, response, intake, over.signal, parts);
      } catch (error) {
        if (!response.headersSent) response.writeHead(503, { 'retry-after': '1' });
        if (!over.signal.aborted) tellFailed(error);
      } finally {
        over.abort();
        confirmations.leave(intake);
        response.end();
      }
    },
    async inForce(seq) {
      const confirmed = await Promise.all([
        confirmations.waitFor(seq, KEY_CONFIRM_WAIT_MS),
        replicas.waitForOthers(seq, KEY_CONFIRM_WAIT_MS),
      ]);
      if (confirmed.includes(false))
        logger.warn({ event: 'key_change_unconfirmed', seq }, 'An intake has not confirmed a key change in time.');
    },
    connectedIntakes: confirmations.connected,
    liveReplicas: replicas.live,
    controlStoreAnswers: replicas.controlStoreAnswers,
    lostReports: reports.lost,
    start: replicas.start,
    async close() {
      stopListening();
      cutAll();
      await replicas.close();
      await reports.settled();
      await quotas.close();
    },
  };
}
