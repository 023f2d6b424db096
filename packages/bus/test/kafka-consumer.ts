// A consumer of a Kafka bus as a process to be killed: prints the partitions that come to it, and reads them.
import { openBus } from '../src/index.ts';
import { consume } from '../src/kafka/testing/serving.ts';
import { kafkaSettings } from '../src/kafka/testing/settings.ts';

const [url = '', name = '', partitions = '1', sessionTimeoutMs = '6000'] = process.argv.slice(2);
const settings = { partitions: Number(partitions), sessionTimeoutMs: Number(sessionTimeoutMs) };
const bus = openBus(url, { kafka: kafkaSettings(name, settings) });
const consumer = await bus.consumer();
consumer.run(async (owned) => {
  process.stdout.write(`${owned.partition}\n`);
  await consume(owned, () => undefined);
});
