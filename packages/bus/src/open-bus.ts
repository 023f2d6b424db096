// Picks the bus adapter by the scheme of BUS_URL.
import { type Bus, BusError } from './bus.ts';
import { createKafkaBus } from './kafka/kafka-bus.ts';
import type { KafkaBusOptions, KafkaSettings } from './kafka/kafka-settings.ts';
import { BYTES_MAX_DEFAULT, KEEP_CONSUMED_BYTES_MAX_DEFAULT, KEEP_CONSUMED_MS_DEFAULT } from './lmdb/limits.ts';
import { createLmdbBus } from './lmdb/lmdb-bus.ts';

export interface BusOptions extends KafkaBusOptions {
  /** LMDB: bytes of records kept at most, consumed or not; past it append fails with 'full'. Default 8 GiB. */
  readonly bytesMax?: number;
  /** LMDB: consumed records stay readable for this long at least … Default 15 minutes. */
  readonly keepConsumedMs?: number;
  /** … or until they are more than this many bytes. Default 128 MiB. */
  readonly keepConsumedBytesMax?: number;
  /** Needed where the bus is Kafka. */
  readonly kafka?: KafkaSettings | undefined;
}

const LMDB_URL = /^lmdb:(.+)$/;
const KAFKA_URL = /^kafka:\/\/(.+)$/;

/**
 * Opens the bus that `url` names: `lmdb:DIR` (one machine) or `kafka://h1:9092,h2:9092`. Nothing is connected or created
 * before a part is used.
 * @throws BusError for a scheme that is not known
 */
export function openBus(url: string, options: BusOptions = {}): Bus {
  const brokers = KAFKA_URL.exec(url)?.[1];
  if (brokers !== undefined && options.kafka !== undefined)
    return createKafkaBus(brokers.split(','), options.kafka, options);
  const folder = LMDB_URL.exec(url)?.[1];
  if (folder === undefined) throw new BusError('unavailable', 'BUS_URL must be lmdb:FOLDER or kafka://HOST:PORT.');
  return createLmdbBus(folder, {
    bytesMax: options.bytesMax ?? BYTES_MAX_DEFAULT,
    keepConsumedMs: options.keepConsumedMs ?? KEEP_CONSUMED_MS_DEFAULT,
    keepConsumedBytesMax: options.keepConsumedBytesMax ?? KEEP_CONSUMED_BYTES_MAX_DEFAULT,
  });
}
