// The bus on Apache Kafka: one topic for records, one for records that nobody can decode.
import type { Bus } from '../bus.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** The bus on the brokers `host:port`. Nothing is connected before a part is used. */
export function createKafkaBus(brokers: readonly string[], settings: KafkaSettings): Bus {
  throw new Error(`not built yet: ${brokers.length} ${settings.topic}`);
}
