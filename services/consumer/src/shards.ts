// Which server a partition's records go to: its shard's, and of the shard's replicas one that answers.
import { type Logger, StartupError } from '@sazabi/lifecycle';
import type { IngestTarget } from '@sazabi/log-store/ingest';
import { largeLogMerges } from './large-logs.ts';
import { BACKOFF_FIRST_MS, REFUSED_AGAIN_MAX_MS } from './limits.ts';
import { pauseFor } from './pause-for.ts';
import { prepareReads, prepareServer } from './prepare-store.ts';
import type { StoreServer, StoreServers } from './store-servers.ts';

/** The servers of one shard, as one partition uses them. */
export interface PartitionStore {
  /** The server of now; the same until {@link moveOn}. */
  target(): IngestTarget;
  /**
   * The server has failed: the next attempt goes to another replica. What rests on a look-up at the one before is refused
   * there, for its session is unknown: so no insert ever goes to another server than its look-up.
   */
  moveOn(): void;
  /** An insert brings so many bytes of large logs: every server of the shard merges them, whichever takes them. */
  largeLogsCome(bytes: number): void;
}

export interface Shards {
  /** Resolves when a shard can be written to (or the stop comes first). @throws StartupError as `failed` */
  readonly someReady: Promise<void>;
  /** Rejects where waiting is of no use: every server of a shard must not be used, or the one that queries are asked of. */
  readonly failed: Promise<never>;
  /** Servers that must not be used, while another of their shard may be. */
  refused(): number;
  /** Waits for a server of the partition's shard; null when `lost` aborts first. */
  storeOf(partition: number, lost: AbortSignal): Promise<PartitionStore | null>;
}

const WITHOUT_IT = 'A replica of a shard must not be used: its shard goes on without it.';

/** Prepares all servers at once; a shard that is away holds up its own partitions and no other's. */
export function prepareShards(servers: StoreServers, logger: Logger, stopping: AbortSignal): Shards {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const { promise: someReady, resolve } = Promise.withResolvers<void>();
  failed.catch(() => undefined);
  stopping.addEventListener('abort', () => resolve(), { once: true });
  if (stopping.aborted) resolve();
  const mergeLargeLogs = largeLogMerges(logger);
  const shards = servers.shards.map((replicas) => {
    const fit: IngestTarget[] = [];
    const refused = new Set<StoreServer>();
    const ready = Promise.withResolvers<void>();
    const giveUpWithoutOthers = (server: StoreServer, error: StartupError) => {
      refused.add(server);
      if (refused.size === replicas.length) throw error;
    };
    for (const server of replicas) {
      prepareReplica(server, logger, stopping, (error) => giveUpWithoutOthers(server, error)).then((target) => {
        if (target === null) return;
        refused.delete(server);
        fit.push(target);
        ready.resolve();
        resolve();
      }, reject);
    }
    return { fit, refused, ready: ready.promise };
  });
  if (servers.reads !== null) prepareReads(servers.reads, logger, stopping).catch(reject);
  return {
    someReady: Promise.race([someReady, failed]),
    failed,
    refused: () => shards.reduce((sum, { refused }) => sum + refused.size, 0),
    async storeOf(partition, lost) {
      const shard = shards[partition % shards.length];
      if (shard === undefined) throw new RangeError(`no shard for partition ${partition}`);
      await Promise.race([shard.ready, aborted(lost)]);
      return lost.aborted ? null : partitionStore(shard.fit, mergeLargeLogs);
    },
  };
}

/**
 * A server that must not be used is looked at again, ever later: its shard goes on without it, and an operator who mends it
 * need not start the consumers anew.
 * @param onRefused throws where that is no use
 */
async function prepareReplica(
  server: StoreServer,
  logger: Logger,
  stopping: AbortSignal,
  onRefused: (error: StartupError) => void,
): Promise<IngestTarget | null> {
  for (let attempt = 1; !stopping.aborted; attempt++) {
    try {
      return await prepareServer(server, logger, stopping);
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      onRefused(error);
      if (Number.isInteger(Math.log2(attempt)))
        logger.error({ event: 'log_store_refused', server: server.name, attempt, why: error.message }, WITHOUT_IT);
      await pauseFor(Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), REFUSED_AGAIN_MAX_MS), stopping);
    }
  }
  return null;
}

/** `fit` grows as replicas become ready. Exported for its test. */
export function partitionStore(
  fit: readonly IngestTarget[],
  mergeLargeLogs: (server: IngestTarget, bytes: number) => void,
): PartitionStore {
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
    largeLogsCome: (bytes) => {
      for (const server of fit) mergeLargeLogs(server, bytes);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
