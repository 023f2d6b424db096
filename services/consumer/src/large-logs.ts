// Where large logs come each server of their shard merges by rows from then on (docs/adr/0025).
import type { Logger } from '@sazabi/lifecycle';
import { type IngestTarget, ingestFailure, mergeByRows } from '@sazabi/log-store/ingest';
import { LARGE_LOGS_AGAIN_MS } from './limits.ts';

/**
 * To be called for a server with each insert that brings a large log; it is asked once. Inserts do not wait for it, nor for one that
 * refuses: the setting is about merges to come. Where it failed a later insert tries again.
 */
export function largeLogMerges(logger: Logger, againMs = LARGE_LOGS_AGAIN_MS): (server: IngestTarget) => void {
  const asked = new Set<IngestTarget>();
  return (server) => {
    if (asked.has(server)) return;
    asked.add(server);
    mergeByRows(server).then(
      (changed) => {
        if (changed)
          logger.info({ event: 'log_store_merges_by_rows' }, 'large logs have come: parts are merged by rows');
      },
      (error: unknown) => {
        const { code } = ingestFailure(error);
        logger.warn(
          { event: 'log_store_merges_failed', code },
          'large logs have come, and parts are not merged by rows yet',
        );
        setTimeout(() => asked.delete(server), againMs).unref();
      },
    );
  };
}
