// The consumer's parts of the bus, waited for while its servers are away.
import { type BusConsumer, type BusDeadLetters, BusError, type BusOptions, openBus } from '@sazabi/bus';
import { type Logger, StartupError } from '@sazabi/lifecycle';
import type { ConsumerConfig } from './config.ts';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';
import { pauseFor } from './pause-for.ts';

export interface BusParts {
  readonly consumer: BusConsumer;
  readonly deadLetters: BusDeadLetters;
  close(): Promise<void>;
}

/**
 * Opens them. Brokers may be away for any time: tried again with backoff, told in the log at doubling steps; null where
 * `stopping` aborted first. A folder has to be there at once.
 * @throws StartupError where the bus is a folder that cannot be opened; its message says why
 */
export async function openBusParts(
  { url, kafka }: ConsumerConfig['bus'],
  options: BusOptions & { readonly logger: Logger },
  stopping: AbortSignal,
): Promise<BusParts | null> {
  const bus = openBus(url, { ...options, kafka });
  for (let attempt = 1; !stopping.aborted; attempt++) {
    try {
      return { consumer: await bus.consumer(), deadLetters: await bus.deadLetters(), close: bus.close };
    } catch (error) {
      if (!(error instanceof BusError) || kafka === undefined) {
        await bus.close();
        throw error instanceof BusError ? new StartupError(error.message, { cause: error }) : error;
      }
      if (Number.isInteger(Math.log2(attempt)))
        options.logger.warn({ event: 'bus_waiting', attempt, why: error.message }, 'The bus does not answer yet.');
      await pauseFor(Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS), stopping);
    }
  }
  await bus.close();
  return null;
}
