// Where many large logs come each server of their shard merges by rows from then on (docs/adr/0025).
import type { Logger } from '@sazabi/lifecycle';
import { type IngestTarget, ingestFailure, mergeByRows } from '@sazabi/log-store/ingest';
import { LARGE_LOGS_AGAIN_MS, LARGE_LOGS_BYTES_MIN } from './limits.ts';

/**
 * To be called for a server with each insert that brought large logs, and with their bytes; once there are {@link LARGE_LOGS_BYTES_MIN}
 * of them it is asked, once. Inserts do not wait for it, nor for one that refuses: the setting is about merges to come. Where it failed a
 * later insert tries again.
 */
export function largeLogMerges(
  logger: Logger,
  againMs = LARGE_LOGS_AGAIN_MS,
): (server: IngestTarget, bytes: number) => void {
  const come = new Map<IngestTarget, number>();
  const asked = new Set<IngestTarget>();
  return (server, bytes) => {
    const bytesOfAll = (come.get(server) ?? 0) + bytes;
    come.set(server, bytesOfAll);
    if (bytesOfAll < LARGE_LOGS_BYTES_MIN || asked.has(server)) return;
    asked.add(server);
    mergeByRows(server).then(
      (changed) => {
        if (changed)
          logger.info({ event: 'log_store_merges_by_rows' }, 'many large logs have come: parts are merged by rows');
      },
      (error: unknown) => {
        const { code } = ingestFailure(error);
        logger.warn(
          { event: 'log_store_merges_failed', code },
          'many large logs have come, and parts are not merged by rows yet',
        );
        setTimeout(() => asked.delete(server), againMs).unref();
      },
    );
  };
}
