// A Kafka broker for tests.
import { chosenWay } from './choose-way.ts';
import { startKafkaProcess } from './processes/kafka-process.ts';
import type { KafkaOptions, TestKafka } from './test-part.ts';

/** Starts a broker of the caller's own; it answers when this resolves. */
export async function startKafka(options: KafkaOptions = {}): Promise<TestKafka> {
  if ((await chosenWay()) === 'processes') return await startKafkaProcess(options);
  // Loaded only where it is used: testcontainers takes half a second.
  const { startKafkaContainer } = await import('./containers/kafka-container.ts');
  return await startKafkaContainer(options);
}
