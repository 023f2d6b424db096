// A Kafka broker for tests.
import { startKafkaProcess } from './processes/kafka-process.ts';
import type { KafkaOptions, TestKafka } from './test-part.ts';

/** Starts a broker of the caller's own; it answers when this resolves. */
export async function startKafka(options: KafkaOptions = {}): Promise<TestKafka> {
  return await startKafkaProcess(options);
}
