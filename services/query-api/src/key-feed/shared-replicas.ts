// Replicas on one PostgreSQL: each writes down twice a second that it lives and how its feeds stand, and reads the same of the others.
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Beat,
  beat,
  type ControlDb,
  confirmedByOthers,
  type FeedsState,
  forgetGoneReplicas,
  leaveReplicas,
  tellConfirmed,
} from '@sazabi/control-db';
import type { Logger } from '@sazabi/lifecycle';
import { v7 as uuidv7 } from 'uuid';
import { BEAT_INTERVAL_MS, BEAT_RETRY_MS, CONFIRMATION_POLL_MS } from '../limits.ts';
import { createFeedLease } from './feed-lease.ts';
import { createOutageLog } from './outage-log.ts';
import type { Replicas } from './replicas.ts';

export interface SharedReplicasOptions {
  readonly db: ControlDb;
  readonly logger: Logger;
  /** How our feeds stand now. */
  readonly feeds: () => FeedsState;
  /** Keys have changed, which a lost notification may not have told. */
  readonly onNews: () => void;
  /** Feeds must end: others wait for them no longer, or they follow a store that is not the one they began with. */
  readonly onLost: () => void;
}

export function createSharedReplicas({ db, logger, feeds, onNews, onLost }: SharedReplicasOptions): Replicas {
  const id = uuidv7();
  const outage = createOutageLog(logger);
  const closing = new AbortController();
  const lease = createFeedLease(onLost);
  let version = 0;
  let others: readonly FeedsState[] = [];
  let position: { epoch: string; seq: number } | null = null;
  let running: Promise<void> = Promise.resolve();

  const ourState = () => {
    version += 1;
    return { id, version, ...feeds() };
  };
  const take = ({ epoch, seq, others: found }: Beat): void => {
    others = found;
    const before = position;
    position = { epoch, seq };
    // Another store, or the same one as it was earlier, restored from a backup: whoever follows must begin anew.
    if (before !== null && (before.epoch !== epoch || seq < before.seq)) onLost();
    else if (before === null || seq > before.seq) onNews();
  };
  const beatOnce = async (): Promise<number> => {
    const startedAtMs = performance.now();
    try {
      take(await db.pulse((orm) => beat(orm, ourState())));
      lease.renew(startedAtMs);
      outage.over();
      return Math.max(0, BEAT_INTERVAL_MS - (performance.now() - startedAtMs));
    } catch (error) {
      if (closing.signal.aborted) return 0;
      outage.failed(error);
      return BEAT_RETRY_MS;
    }
  };
  const follow = async (): Promise<void> => {
    await forgetGoneReplicas(db.orm).catch(() => undefined);
    while (!closing.signal.aborted)
      await wait(await beatOnce(), undefined, { signal: closing.signal }).catch(() => undefined);
  };

  const publish = sharingTheNext(async () => {
    const startedAtMs = performance.now();
    await db.pulse((orm) => tellConfirmed(orm, ourState()));
    // Of a feed that begins between two beats too, others wait for us from now on, and no longer than after a beat.
    lease.renew(startedAtMs);
  });

  return {
    live: () => 1 + others.length,
    liveIntakes: () =>
      Math.max(1, new Set([...feeds().intakeIds, ...others.flatMap(({ intakeIds }) => intakeIds)]).size),
    controlStoreAnswers: () => outage.isOver(),
    publish,
    changed() {
      // Nobody there: the next beat is soon enough. Where it fails the next beat says it.
      if (others.length > 0) void publish().catch(() => undefined);
    },
    waitForOthers: (seq, timeoutMs) => waitForOthers(db, id, seq, timeoutMs),
    start() {
      lease.renew(performance.now());
      running = follow();
    },
    async close() {
      closing.abort();
      await running;
      lease.close();
      await leaveReplicas(db.orm, id).catch(() => undefined);
    },
  };
}

/** Calls while one is under way share the next: that one reads what is to be said after all of them. */
function sharingTheNext(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= last.then(async () => {
      next = null;
      await work();
    });
    last = next.catch(() => undefined);
    return next;
  };
}

/** Asks when it is told of confirmations, and now and then, as a notification may be lost. */
async function waitForOthers(db: ControlDb, id: string, seq: number, timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const late = new Promise<false>((resolve) => deadline.addEventListener('abort', () => resolve(false)));
  while (!deadline.aborted) {
    const told = new AbortController();
    const stop = db.onKeyConfirmation(() => told.abort());
    try {
      const asked = confirmedByOthers(db.orm, id, seq).catch(() => false);
      if (await Promise.race([asked, late])) return true;
      const signal = AbortSignal.any([told.signal, deadline]);
      await wait(CONFIRMATION_POLL_MS, undefined, { signal }).catch(() => undefined);
    } finally {
      stop();
    }
  }
  return false;
}
