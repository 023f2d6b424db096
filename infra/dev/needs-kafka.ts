// Which test files cannot run on a machine without Kafka: a newcomer without Java and without Docker has a green run all the same.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaIsMissing } from '@sazabi/test-parts/kafka-is-missing';

/** What starts a broker, itself or as a part of something greater, is named so. */
const STARTS_KAFKA = /\bstart(Kafka|KafkaProcess|ProxiedKafka|Cluster)\(|\brunSoak\(/;

/** The test files below `folder` that are to be left out: none in CI, and none where a broker can be started. */
export async function filesWithoutKafka(folder: string): Promise<readonly string[]> {
  const files = globSync('**/*.test.ts', { cwd: folder, exclude: ['**/node_modules'] }).filter((file) =>
    STARTS_KAFKA.test(readFileSync(join(folder, file), 'utf8')),
  );
  return files.length > 0 && (await kafkaIsMissing()) ? files : [];
}
