// Which server a partition's records go to: its shard's, and of the shard's replicas one that answers.
import type { Logger } from '@sazabi/lifecycle';
import type { IngestTarget } from '@sazabi/log-store/ingest';
import { prepareReads, prepareServer } from './prepare-store.ts';
import type { StoreServers } from './store-servers.ts';

/** The servers of one shard, as one partition uses them. */
export interface PartitionStore {
  /** The server of now; the same until {@link moveOn}. */
  target(): IngestTarget;
  /**
   * The server has failed: the next attempt goes to another replica. What rests on a look-up at the one before is refused
   * there, for its session is unknown: so no insert ever goes to another server than its look-up.
   */
  moveOn(): void;
}

export interface Shards {
  /** Resolves when a shard can be written to (or the stop comes first). @throws StartupError as `prepareServer` */
  readonly someReady: Promise<void>;
  /** Rejects where a server that comes later must not be used. */
  readonly failed: Promise<never>;
  /** Waits for a server of the partition's shard; null when `lost` aborts first. */
  storeOf(partition: number, lost: AbortSignal): Promise<PartitionStore | null>;
}

/** Prepares all servers at once; a shard that is away holds up its own partitions and no other's. */
export function prepareShards(servers: StoreServers, logger: Logger, stopping: AbortSignal): Shards {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const { promise: someReady, resolve } = Promise.withResolvers<void>();
  failed.catch(() => undefined);
  stopping.addEventListener('abort', () => resolve(), { once: true });
  if (stopping.aborted) resolve();
  const shards = servers.shards.map((replicas) => {
    const fit: IngestTarget[] = [];
    const ready = Promise.withResolvers<void>();
    for (const server of replicas) {
      prepareServer(server, logger, stopping).then((target) => {
        if (target === null) return;
        fit.push(target);
        ready.resolve();
        resolve();
      }, reject);
    }
    return { fit, ready: ready.promise };
  });
  if (servers.reads !== null) prepareReads(servers.reads, logger, stopping).catch(reject);
  return {
    someReady: Promise.race([someReady, failed]),
    failed,
    async storeOf(partition, lost) {
      const shard = shards[partition % shards.length];
      if (shard === undefined) throw new RangeError(`no shard for partition ${partition}`);
      await Promise.race([shard.ready, aborted(lost)]);
      return lost.aborted ? null : partitionStore(shard.fit);
    },
  };
}

/** `fit` grows as replicas become ready. Exported for its test. */
export function partitionStore(fit: readonly IngestTarget[]): PartitionStore {
  let at = 0;
  return {
    target: () => {
      const target = fit[at % fit.length];
      if (target === undefined) throw new RangeError('a shard is used before one of its servers is ready');
      return target;
    },
    moveOn: () => {
      at = (at + 1) % fit.length;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
