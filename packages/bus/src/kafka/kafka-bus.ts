// The bus on Apache Kafka: one topic for records, one for records that nobody can decode.
// The client is loaded when a part is opened, so that a bus on LMDB does not pay for it.
import { type Bus, BusError } from '../bus.ts';
import type { KafkaBusOptions, KafkaSettings } from './kafka-settings.ts';

/**
 * The bus on the brokers `host:port`. Nothing is connected before a part is used; opening a part fails with 'unavailable'
 * while the brokers are away or refuse, and may be tried again.
 */
export function createKafkaBus(
  brokers: readonly string[],
  settings: KafkaSettings,
  options: KafkaBusOptions = {},
): Bus {
  let closed = false;
  const parts = once(async () => (await import('./open-parts.ts')).createOpenParts(brokers, settings, options));
  const open = async () => {
    if (closed) throw new BusError('closed', 'The bus is closed.');
    return parts.get();
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    closed = true;
    await (await parts.made())?.close();
  };
  return {
    producer: async () => (await open()).producer(),
    reader: async () => (await open()).reader(),
    consumer: async () => (await open()).consumer(),
    deadLetters: async () => (await open()).deadLetters(),
    writable: async () => !closed && (await open()).writable(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function once<T>(make: () => Promise<T>): { get(): Promise<T>; made(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make();
      return made;
    },
    made: () => made,
  };
}
