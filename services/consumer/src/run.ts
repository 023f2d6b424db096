// The consumer, wired: bus → partition loops → log store. It holds nothing: where it stands is the bus's committed offset.
import type { BusDeadLetters, OwnedPartition, UnreadGone } from '@sazabi/bus';
import { createLogger, type Logger, type Running, startInternalServer } from '@sazabi/lifecycle';
import type { ConsumerConfig } from './config.ts';
import { type ConsumerMetrics, createConsumerMetrics } from './metrics.ts';
import { type BusParts, openBusParts } from './open-bus-parts.ts';
import { runPartition } from './partition-loop.ts';
import { prepareShards, type Shards } from './shards.ts';
import { openStoreServers } from './store-servers.ts';
import { createWorkload, type Workload } from './workload.ts';

export interface RunOverrides {
  readonly logger?: Logger;
  /** Aborts when the stop comes before the start is done. */
  readonly stopping?: AbortSignal;
}

export interface RunningConsumer extends Running {
  readonly details: { readonly internalUrl: string };
}

type Closer = () => Promise<void>;

/**
 * Starts the consumer; resolves once the store has been found fit and partitions are served. Close: what is under way ends,
 * nothing is begun, within 10 s.
 * @throws StartupError a busy port, a bad URL, a store that refuses us or cannot keep rows exactly once
 */
export async function run(config: ConsumerConfig, overrides: RunOverrides = {}): Promise<RunningConsumer> {
  const logger = overrides.logger ?? createLogger('consumer', config.logLevel);
  const stopping = overrides.stopping ?? new AbortController().signal;
  /** What a stop ends, last opened first; a start that fails ends what it had opened. */
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await start(config, { logger, stopping }, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  config: ConsumerConfig,
  { logger, stopping }: Required<RunOverrides>,
  closers: Closer[],
): Promise<Omit<RunningConsumer, 'close'>> {
  let parts: BusParts | null = null;
  let shards: Shards | null = null;
  let notStarted: string | null = 'the bus has not answered yet';
  const waiting = new Map<number, string>();
  const metrics = createConsumerMetrics({
    lag: async () => (await parts?.consumer.lag()) ?? [],
    waiting: () => waiting,
    refusedServers: () => shards?.refused() ?? 0,
  });
  const internal = await startInternalServer({
    ...config.internal,
    portVariable: 'CONSUMER_INTERNAL_PORT',
    metrics: metrics.registry,
    notReady: () => notStarted ?? waitingText(waiting),
  });
  closers.push(internal.close);
  const details = { internalUrl: internal.url };
  const onUnreadGone = ({ records }: UnreadGone) => metrics.unreadGone.inc(records);
  parts = await openBusParts(config.bus, { logger, onUnreadGone }, stopping);
  if (parts === null) return { details };
  closers.push(parts.close);
  const { consumer, deadLetters } = parts;
  notStarted = 'the log store has not answered yet';
  const servers = openStoreServers(config.clickHouseUrl, config.cluster);
  // The loops end before what they use.
  closers.push(servers.close, consumer.close);
  const closing = new AbortController();
  closers.push(async () => closing.abort());
  const prepared = prepareShards(servers, logger, AbortSignal.any([stopping, closing.signal]));
  shards = prepared;
  await prepared.someReady;

  const workload = createWorkload();
  const failed = new Promise<never>((_, reject) => {
    if (stopping.aborted) return;
    notStarted = null;
    prepared.failed.catch(reject);
    consumer.run((owned) =>
      serve(owned, { shards: prepared, deadLetters, metrics, logger, waiting, workload }).catch(reject),
    );
  });
  return { details, failed };
}

interface Serving {
  readonly shards: Shards;
  readonly deadLetters: BusDeadLetters;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  /** Per partition: what keeps it from going on. */
  readonly waiting: Map<number, string>;
  readonly workload: Workload;
}

async function serve(
  owned: OwnedPartition,
  { shards, deadLetters, metrics, logger, waiting, workload }: Serving,
): Promise<void> {
  const stalled = (because: string | null) => {
    if (because === null) waiting.delete(owned.partition);
    else waiting.set(owned.partition, because);
  };
  try {
    stalled('its shard has not answered yet');
    const store = await shards.storeOf(owned.partition, owned.lost);
    if (store === null) return;
    stalled(null);
    workload.joined();
    await runPartition({ owned, deadLetters, store, workload }, { metrics, logger, stalled }).finally(workload.left);
  } finally {
    stalled(null);
  }
}

function waitingText(waiting: ReadonlyMap<number, string>): string | null {
  if (waiting.size === 0) return null;
  return [...waiting].map(([partition, because]) => `partition ${partition} waits: ${because}`).join('; ');
}
