// A Kafka broker of its own in the vendor's image, with the settings of infra/kafka/server.properties.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerAnswers } from '../broker-answers.ts';
import { chooseFreePort } from '../processes/free-port.ts';
import { KAFKA_FOLDER } from '../processes/kafka-jars.ts';
import type { KafkaOptions, TestKafka } from '../test-part.ts';
import { KAFKA_IMAGE } from '../versions.ts';
import { startContainer } from './container-part.ts';

const PORT = 9092;
const CONTROLLER_PORT = 9093;

/** Starts the image and waits until its broker answers. */
export async function startKafkaContainer(options: KafkaOptions): Promise<TestKafka> {
  const hostPort = options.port ?? (await chooseFreePort());
  const broker = `127.0.0.1:${hostPort}`;
  const properties = {
    ...parseProperties(readFileSync(join(KAFKA_FOLDER, 'server.properties'), 'utf8')),
    listeners: `PLAINTEXT://:${PORT},CONTROLLER://:${CONTROLLER_PORT}`,
    'advertised.listeners': `PLAINTEXT://${broker}`,
    'controller.quorum.voters': `1@localhost:${CONTROLLER_PORT}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    ...options.properties,
  };
  const part = await startContainer({
    image: KAFKA_IMAGE,
    port: PORT,
    hostPort,
    environment: { KAFKA_HEAP_OPTS: '-Xmx384m', ...environmentOf(properties) },
    answers: () => brokerAnswers(broker),
  });
  return { ...part, broker, url: `kafka://${broker}` };
}

function parseProperties(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[^#=]+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** The image takes `a.b.c` as KAFKA_A_B_C. */
function environmentOf(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]),
  );
}
