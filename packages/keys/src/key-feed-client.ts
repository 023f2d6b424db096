// The intake's end of the key feed: follows the API's changes through every interruption, and sends usage up.
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Applied, KeyChange } from './feed-applier.ts';
import { type FeedConnection, openFeedConnection } from './feed-connection.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import type { KeyUsageCounts } from './key-usage.ts';
import {
  FEED_BACKOFF_FIRST_MS,
  FEED_BACKOFF_MAX_MS,
  QUOTA_REPORT_INTERVAL_MS,
  USAGE_REPORT_INTERVAL_MS,
} from './limits.ts';
import { createQuotaUse, type QuotaReport, type QuotaUse } from './quota-use.ts';
import { createSnapshotFile, type KeyLogger } from './snapshot-file.ts';

export interface KeyFeedClientOptions {
  /** The internal ports of the API's replicas, one or more, as `http://127.0.0.1:4320`: where one fails the next is followed. */
  readonly urls: readonly string[];
  /** Sent as Bearer where set. */
  readonly token: string | undefined;
  readonly snapshot: KeySnapshot;
  /** The snapshot's copy on disk; its folder is made when needed. */
  readonly snapshotPath: string;
  readonly usage: KeyUsageCounts;
  /** What quotas are held against; default: nothing is counted. */
  readonly quotas?: QuotaUse;
  readonly logger: KeyLogger;
  /** Called after each change of the snapshot, before it is confirmed. */
  readonly onChange?: (change: KeyChange) => void;
  /** Other times than the agreed ones, for tests. */
  readonly silenceMs?: number;
  readonly reportIntervalMs?: number;
  readonly now?: () => number;
}

export interface KeyFeedClient {
  /** Intakes that share the rate limits, this one included; the last known number where the feed is cut. */
  liveIntakes(): number;
  /** Milliseconds since the snapshot was last known to be current (from disk: since it was written); null without one. */
  ageMs(): number | null;
  connected(): boolean;
  /** Sends the last report, writes the snapshot, closes. */
  close(): Promise<void>;
}

/** Loads the snapshot's copy from disk, then follows the feed until it is closed. Resolves without waiting for the API. */
export async function startKeyFeedClient(options: KeyFeedClientOptions): Promise<KeyFeedClient> {
  const { snapshot, logger, usage, quotas = createQuotaUse() } = options;
  const now = options.now ?? Date.now;
  const file = createSnapshotFile(options.snapshotPath, snapshot, logger);
  const intakeId = randomUUID();
  const closing = new AbortController();
  let currentAtMs = await file.load();
  let liveIntakes = 1;
  let connection: FeedConnection | null = null;
  let connected = false;
  let backoffMs = FEED_BACKOFF_FIRST_MS;
  /** Attempts since the feed was last followed. */
  let failures = 0;

  const onApplied = (applied: Applied): void => {
    if (applied.current) currentAtMs = now();
    if (applied.current && !connected) {
      connected = true;
      backoffMs = FEED_BACKOFF_FIRST_MS;
      logger.info({ event: 'key_feed_connected', keys: snapshot.size(), failures }, 'Key feed connected.');
      failures = 0;
      quotas.forgetReported();
    }
    if (applied.quotaUse !== null) quotas.setOthers(applied.quotaUse.day, applied.quotaUse.projects);
    if (applied.liveIntakes !== null) liveIntakes = applied.liveIntakes;
    if (applied.change === null) return;
    file.changed();
    options.onChange?.(applied.change);
  };

  const report = (): void => {
    // Without a connection the counts wait where they are.
    if (connection === null || !connected) return;
    for (const part of usage.take()) connection.send({ type: 'report', ...part });
  };
  const reportQuotas = (takeReports: () => QuotaReport[]): void => {
    if (connection === null || !connected) return;
    for (const part of takeReports()) connection.send({ type: 'quota-use', ...part });
  };
  const reporting = setInterval(report, options.reportIntervalMs ?? USAGE_REPORT_INTERVAL_MS).unref();
  const telling = setInterval(() => reportQuotas(quotas.takeChanged), QUOTA_REPORT_INTERVAL_MS).unref();

  const follow = async (): Promise<void> => {
    const { urls, token, silenceMs } = options;
    // Each intake begins somewhere else, so that the replicas share them.
    for (let at = randomInt(urls.length); !closing.signal.aborted; at = (at + 1) % urls.length) {
      const url = urls[at] ?? '';
      connection = openFeedConnection({ url, token, intakeId, snapshot, silenceMs, onApplied });
      const reason = await connection.over;
      connection = null;
      connected = false;
      if (closing.signal.aborted) return;
      failures += 1;
      tellCut(logger, reason, failures, snapshot.receiptSecret() !== null);
      // The others are tried at once.
      if (failures % urls.length !== 0) continue;
      await wait(backoffMs, undefined, { signal: closing.signal }).catch(() => undefined);
      backoffMs = Math.min(FEED_BACKOFF_MAX_MS, backoffMs * 2);
    }
  };
  const following = follow();

  return {
    liveIntakes: () => liveIntakes,
    ageMs: () => (currentAtMs === null ? null : Math.max(0, now() - currentAtMs)),
    connected: () => connected,
    async close() {
      clearInterval(reporting);
      clearInterval(telling);
      report();
      reportQuotas(quotas.takeAll);
      closing.abort();
      await connection?.end();
      await following;
      await file.flush();
    },
  };
}

/** One line when an outage begins, and ever fewer while it lasts. */
function tellCut(logger: KeyLogger, reason: string, failures: number, keysKnown: boolean): void {
  if (!Number.isInteger(Math.log2(failures))) return;
  const goingOn = keysKnown
    ? 'Key feed cut: going on with the keys known.'
    : 'Key feed not reached: no keys are known, requests are refused until they are.';
  logger.warn({ event: 'key_feed_cut', reason, failures }, goingOn);
}
