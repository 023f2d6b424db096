// A Kafka broker of its own: one KRaft node as a Java process, from Maven's jars.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brokerAnswers } from '../broker-answers.ts';
import type { KafkaOptions, TestKafka } from '../test-part.ts';
import { chooseFreePort } from './free-port.ts';
import { KAFKA_FOLDER, kafkaJars } from './kafka-jars.ts';
import { startServer } from './server-process.ts';

const run = promisify(execFile);

/** A small heap, and neither the second compiler nor parallel collectors: tests share their cores with the broker. */
const JAVA_OPTIONS = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const CLUSTER_ID = 'sazabi-test-cluster';

/** Makes a new data folder and starts the broker: 2.5 s on an idle machine, 350 MB. */
export async function startKafkaProcess(options: KafkaOptions): Promise<TestKafka> {
  const classPath = join(await kafkaJars(), '*');
  const port = options.port ?? (await chooseFreePort());
  const controllerPort = await chooseFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-kafka-'));
  const properties = {
    'log.dirs': join(folder, 'data'),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    ...options.properties,
  };
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  const template = readFileSync(join(KAFKA_FOLDER, 'server.properties'), 'utf8');
  const file = join(folder, 'server.properties');
  writeFileSync(file, `${template}\n${lines.join('\n')}\n`);
  copyFileSync(join(KAFKA_FOLDER, 'log4j2.xml'), join(folder, 'log4j2.xml'));
  const java = [...JAVA_OPTIONS, '-Dlog4j2.configurationFile=log4j2.xml', '-cp', classPath];
  await formatData(java, file, folder, options.properties?.['process.roles'] === undefined);
  const broker = `127.0.0.1:${port}`;
  const server = await startServer({
    name: 'Kafka',
    command: 'java',
    args: [...java, 'kafka.Kafka', file],
    folder,
    stopSignal: 'SIGKILL',
    answers: () => brokerAnswers(broker),
  });
  return { ...server, broker, url: `kafka://${broker}` };
}

/** A node that is a cluster of its own begins with a copy of what was formatted once: that takes a Java process, 1.4 CPU-seconds. */
async function formatData(java: readonly string[], file: string, folder: string, isAlone: boolean): Promise<void> {
  const data = join(folder, 'data');
  const template = await formattedData();
  if (isAlone && existsSync(template)) {
    cpSync(template, data, { recursive: true });
    return;
  }
  const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', CLUSTER_ID, '-c', file];
  await run('java', [...java, ...format], { cwd: folder });
  if (!isAlone) return;
  const draft = `${template}.${randomUUID()}`;
  cpSync(data, draft, { recursive: true });
  try {
    renameSync(draft, template);
  } catch {
    // Another process was first.
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Where it is kept, beside the jars, for a version of the broker and its settings. */
async function formattedData(): Promise<string> {
  const settings = createHash('sha256')
    .update(readFileSync(join(KAFKA_FOLDER, 'server.properties')))
    .digest('hex');
  return `${await kafkaJars()}-formatted-${settings.slice(0, 12)}`;
}
