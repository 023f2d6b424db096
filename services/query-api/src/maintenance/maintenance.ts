// Does the work on the log store by the hour, on one replica of the API at a time.
import { randomUUID } from 'node:crypto';
import { type ControlDb, endTurn, keepTurn, lastMaintenance, takeTurn } from '@sazabi/control-db';
import { type ClusterConfig, type Logger, type Registry, safeMessage } from '@sazabi/lifecycle';
import {
  MAINTENANCE_KEEP_MS,
  MAINTENANCE_LEASE_MS,
  MAINTENANCE_POLL_MS,
  MAINTENANCE_START_DELAY_MS,
  REWRITE_INTERVAL_MS,
} from '../limits.ts';
import { createMaintenanceMetrics } from './metrics.ts';
import { runMaintenance } from './run-maintenance.ts';
import { storeTargets } from './store-targets.ts';

export interface MaintenanceParts {
  readonly db: ControlDb;
  /** Of the user that may write. */
  readonly clickHouseUrl: string;
  readonly cluster: ClusterConfig | null;
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly registry: Registry;
  /** For tests. */
  readonly timing?: { readonly startDelayMs: number; readonly pollMs: number };
}

/** Starts to look, soon and then every minute, whether the work is due and nobody else does it. Returns how to stop it. */
export function keepMaintained(parts: MaintenanceParts): () => Promise<void> {
  const { db, logger, registry } = parts;
  const { startDelayMs, pollMs } = parts.timing ?? {
    startDelayMs: MAINTENANCE_START_DELAY_MS,
    pollMs: MAINTENANCE_POLL_MS,
  };
  const targets = storeTargets(parts.clickHouseUrl, parts.cluster);
  const metrics = createMaintenanceMetrics(registry);
  const stopping = new AbortController();
  let failures = 0;

  const turn = async () => {
    const holder = randomUUID();
    const taken = await takeTurn(db.orm, holder, { intervalMs: parts.intervalMs, leaseMs: MAINTENANCE_LEASE_MS });
    if (taken !== null) await work(holder, taken.rewrittenAt);
    metrics.succeededAt(await lastMaintenance(db.orm));
  };

  const work = async (holder: string, rewrittenAt: Date | null) => {
    const nowMs = Date.now();
    const rewrite = rewrittenAt === null || rewrittenAt.getTime() < nowMs - REWRITE_INTERVAL_MS;
    let keptMs = nowMs;
    const goOn = async () => {
      stopping.signal.throwIfAborted();
      if (Date.now() - keptMs < MAINTENANCE_KEEP_MS) return;
      keptMs = Date.now();
      if (!(await keepTurn(db.orm, holder, MAINTENANCE_LEASE_MS)))
        throw new Error('Another replica has taken the turn.');
    };
    try {
      const done = await runMaintenance(db, targets, { rewrite, nowMs, goOn, signal: stopping.signal });
      await endTurn(db.orm, holder, { rewritten: rewrite });
      metrics.removed(done.removedRows);
      if (done.removedRows > 0)
        logger.info({ event: 'rows_removed', ...done }, 'Rows that nobody may see are removed.');
      failures = 0;
    } catch (error) {
      await endTurn(db.orm, holder, null).catch(() => undefined);
      throw error;
    }
  };

  const tell = (error: unknown) => {
    if (stopping.signal.aborted) return;
    failures += 1;
    metrics.failed();
    if (!Number.isInteger(Math.log2(failures))) return;
    logger.warn(
      { event: 'maintenance_failed', reason: safeMessage(error), failures },
      'Hidden rows are not removed and counts not kept for now: tried again every minute.',
    );
  };

  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const wait = (ms: number) => {
    timer = setTimeout(() => {
      running = turn().catch(tell);
      void running.then(() => {
        if (!stopping.signal.aborted) wait(pollMs);
      });
    }, ms).unref();
  };
  wait(startDelayMs);
  return async () => {
    clearTimeout(timer);
    stopping.abort();
    // What is under way at a server ends with its connection, and is found half done or done by the next run.
    await targets.close();
    await running;
  };
}
