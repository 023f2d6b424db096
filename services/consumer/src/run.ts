// The consumer, wired: bus → partition loops → log store. It holds nothing: where it stands is the bus's committed offset.
import { BusError, openBus } from '@sazabi/bus';
import { createLogger, type Logger, type Running, StartupError, startInternalServer } from '@sazabi/lifecycle';
import { openLogStore } from '@sazabi/log-store';
import { singleServer } from '@sazabi/log-store/ingest';
import type { ConsumerConfig } from './config.ts';
import { createConsumerMetrics } from './metrics.ts';
import { runPartition } from './partition-loop.ts';
import { prepareStore } from './prepare-store.ts';

/** Above the longest an insert may run in the server (60 s): an answer that is late is better than none. */
const REQUEST_TIMEOUT_MS = 75_000;

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
  let notReady: string | null = 'the log store has not answered yet';
  const { consumer, deadLetters } = await openBusParts(config.bus, closers);
  const metrics = createConsumerMetrics(() => consumer.lag());
  const internal = await startInternalServer({
    ...config.internal,
    metrics: metrics.registry,
    notReady: () => notReady,
  });
  closers.push(internal.close);
  const client = openLogStore(config.clickHouseUrl, {
    application: 'sazabi-consumer',
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  // The loops end before what they use.
  closers.push(() => client.close(), consumer.close);
  const store = singleServer(client);
  await prepareStore(store, logger, stopping);

  const failed = new Promise<never>((_, reject) => {
    if (stopping.aborted) return;
    notReady = null;
    consumer.run(async (owned) => {
      const reporting = {
        metrics,
        logger,
        stalled: (because: string | null) => {
          notReady = because === null ? null : `partition ${owned.partition} waits: ${because}`;
        },
      };
      await runPartition({ owned, deadLetters, store }, reporting).catch(reject);
    });
  });
  return { details: { internalUrl: internal.url }, failed };
}

/** @throws StartupError where the bus cannot be opened; its message says why */
async function openBusParts(config: ConsumerConfig['bus'], closers: Closer[]) {
  try {
    const bus = openBus(config.url, config);
    closers.push(bus.close);
    return { consumer: await bus.consumer(), deadLetters: await bus.deadLetters() };
  } catch (error) {
    throw error instanceof BusError ? new StartupError(error.message, { cause: error }) : error;
  }
}
