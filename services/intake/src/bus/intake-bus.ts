// The bus that the intake appends to: LMDB as it is, Kafka with a spool in front.
import { join } from 'node:path';
import { type Bus, type BusProducer, openBus, type SpoolingBus, withSpool } from '@sazabi/bus';
import { type Logger, StartupError } from '@sazabi/lifecycle';
import type { IntakeConfig } from '../config.ts';
import { logSpoolEvent } from './spool-log.ts';

export interface IntakeBus {
  readonly bus: Bus;
  /** null where the bus needs none. */
  readonly spool: SpoolingBus | null;
  /** Comes once the bus's partitions are known: before it is there nothing can be taken. Rejects at the close. */
  readonly producer: Promise<BusProducer>;
}

/**
 * Opens what is on this machine; Kafka may be away. Closes nothing on a failure: `bus` is made by {@link makeBus} before.
 * @throws StartupError when the bus's folder, or the spool's, cannot be used
 */
export async function openIntakeBus(bus: Bus | SpoolingBus): Promise<IntakeBus> {
  const spool = 'state' in bus ? bus : null;
  try {
    await spool?.open();
    const producer = bus.producer();
    if (spool === null) await producer;
    // Whoever waits for it sees the rejection; where nobody does, it is the close.
    producer.catch(() => undefined);
    return { bus, spool, producer };
  } catch (error) {
    throw busProblem(error);
  }
}

/** Nothing is opened yet. @throws StartupError */
export function makeBus(config: IntakeConfig, logger: Logger): Bus | SpoolingBus {
  try {
    const bus = openBus(config.bus.url, { ...config.bus, logger });
    if (config.bus.kafka === undefined) return bus;
    return withSpool(bus, {
      folder: join(config.dataDir, 'intake', 'spool'),
      bytesMax: config.spoolBytesMax,
      takesGroups: true,
      report: (event) => logSpoolEvent(logger, event),
    });
  } catch (error) {
    throw busProblem(error);
  }
}

/** A folder of this intake's own that nobody else knows of would fill, and its logs never be seen. */
export function warnOfFolder({ bus }: IntakeConfig, logger: Logger): void {
  const folder = bus.url.replace(/^lmdb:/, '');
  logger.warn(
    { event: 'bus_is_a_folder', folder },
    `BUS_URL is not set: logs go to the bus in ${folder}, which a consumer must share.`,
  );
}

/** BUS_URL itself is not told: it may carry a password. */
function busProblem(error: unknown): StartupError {
  const why = error instanceof Error ? error.message : String(error);
  return new StartupError(`The bus cannot be opened: ${why} Set BUS_URL or SAZABI_DATA_DIR.`, { cause: error });
}
