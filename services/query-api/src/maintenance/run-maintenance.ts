// One run of the hourly work on the log store: counts are kept, then what is hidden for good is removed.
import {
  type ControlDb,
  listPurges,
  notePurged,
  OUTGROWN_GRACE_MS,
  type Purge,
  RETENTION_SETTLED_MS,
} from '@sazabi/control-db';
import { deleteLettersOf, visibleFromMs } from '@sazabi/log-store';
import { checkWrites, type IngestTarget } from '@sazabi/log-store/ingest';
import {
  copyUsage,
  copyUsageOf,
  endFailedRemovals,
  failedLast,
  findHiddenDays,
  type HiddenRows,
  type Patience,
  removeHiddenRows,
  rewriteParts,
} from '@sazabi/log-store/maintenance';
import { PURGES_AT_ONCE_MAX } from '../limits.ts';
import type { StoreTargets } from './store-targets.ts';

const NONE: ReadonlySet<string> = new Set();

export interface RunOptions extends Patience {
  /** Whether what was removed is to be taken off the disk too. */
  readonly rewrite: boolean;
  readonly nowMs: number;
  /** How long a removal may fail before it is ended; for tests. */
  readonly failedSeconds?: number;
}

export interface Done {
  /** Projects with something hidden that were looked at. */
  readonly projects: number;
  readonly removedRows: number;
}

/**
 * Does what is due, as often as it is asked: what is done is found done. A run that fails in between has done no harm.
 * @throws whatever a store throws, and what `goOn` throws
 */
export async function runMaintenance(db: ControlDb, targets: StoreTargets, options: RunOptions): Promise<Done> {
  const { rewrite, nowMs, goOn } = options;
  const servers = await targets.open();
  // Each step may take minutes; together they may take longer than a turn that nobody keeps.
  await goOn();
  await copyUsage(targets.client, nowMs);
  await goOn();
  const failed = new Map<IngestTarget, ReadonlySet<string>>();
  for (const server of servers) {
    failed.set(server, await endFailedRemovals(server, options.failedSeconds));
    await goOn();
  }
  const purges = await listPurges(db.orm, new Date(nowMs), PURGES_AT_ONCE_MAX);
  let removedRows = 0;
  if (purges.length > 0) {
    const sinceMs = performance.now();
    await copyUsageOf(
      targets.client,
      purges.map(({ id }) => id),
    );
    await goOn();
    const deleted = purges.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
    if (deleted.length > 0) await deleteLettersOf(targets.client, deleted);
    const hidden = purges.map((purge) => hiddenRows(purge, nowMs));
    for (const server of servers) {
      await goOn();
      const days = await findHiddenDays(server, hidden, nowMs);
      for (const day of failedLast(days, (one) => one.day, failed.get(server) ?? NONE)) {
        await removeHiddenRows(server, day, { ...options, sinceMs });
        removedRows += day.rows;
      }
    }
    // A removal that was lost is done again only while it is not noted as done.
    for (const server of servers) await checkWrites(server, sinceMs);
    await notePurged(db.orm, purges, new Date(nowMs));
  }
  if (rewrite) for (const server of servers) await rewriteParts(server, { ...options, failed: failed.get(server) });
  return { projects: purges.length, removedRows };
}

/** What has grown out of a retention in the last hours may be on a list half read. */
function hiddenRows(purge: Purge, nowMs: number): HiddenRows {
  const { id: projectId, retentionDays, hiddenBefore, retentionChangedAt, deletedAt } = purge;
  if (deletedAt !== null) return { projectId, receivedBeforeMs: null };
  // What a retention that was lengthened goes on hiding is left to its partition, as where none was changed.
  const project = { retentionDays, hiddenBeforeMs: hiddenBefore?.getTime() ?? null, earlierRetentions: [] };
  const settledMs = (retentionChangedAt?.getTime() ?? nowMs) + RETENTION_SETTLED_MS;
  return { projectId, receivedBeforeMs: Math.min(visibleFromMs(project, nowMs - OUTGROWN_GRACE_MS), settledMs) };
}
