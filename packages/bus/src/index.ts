// The bus: interfaces, errors, and `openBus`, which picks the adapter by the URL's scheme.
export * from './bus.ts';
export type { KafkaBusOptions, KafkaSasl, KafkaSettings, KafkaTls } from './kafka/kafka-settings.ts';
export { type BusOptions, openBus } from './open-bus.ts';
export { type NotWritable, type SpoolingBus, type SpoolSettings, withSpool } from './spool/spool.ts';
export type { SpoolEvent, SpoolState } from './spool/spool-events.ts';
