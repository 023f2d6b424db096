// Topics: made when they are first used, left as they are where they exist; what is wrong with those is said once.
import type { BusLogger } from '../bus.ts';
import type { KafkaClient } from './client.ts';
import { kafkaFailure } from './failure.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { DEAD_LETTER_BYTES_MAX, MESSAGE_BYTES_MAX } from './limits.ts';

const TOPIC_RESOURCE = 2;
const BROKER_DEFAULT = -1;

export interface TopicForm {
  readonly partitions: number;
  readonly messageBytesMax: number;
  readonly configuration: Readonly<Record<string, string>>;
}

/**
 * Of records. The broker's clock stamps them: one clock decides when retention lets go of them, and none is refused for the
 * clock of the intake that sent it (`message.timestamp.after.max.ms`).
 */
export function recordsTopic(settings: KafkaSettings): TopicForm {
  return {
    partitions: settings.partitions,
    messageBytesMax: MESSAGE_BYTES_MAX,
    configuration: {
      'cleanup.policy': 'delete',
      'retention.ms': String(settings.retentionMs),
      'retention.bytes': '-1',
      'message.timestamp.type': 'LogAppendTime',
      ...minInsync(settings),
    },
  };
}

/** Of records that nobody can decode: kept by where they were found until they are removed, so that the same is kept once. */
export function deadLettersTopic(settings: KafkaSettings): TopicForm {
  return {
    partitions: 1,
    messageBytesMax: DEAD_LETTER_BYTES_MAX,
    configuration: {
      'cleanup.policy': 'compact',
      ...minInsync(settings),
    },
  };
}

function minInsync({ minInsyncReplicas }: KafkaSettings): Readonly<Record<string, string>> {
  return minInsyncReplicas === null ? {} : { 'min.insync.replicas': String(minInsyncReplicas) };
}

/**
 * Makes the client's topic where it is missing; the number of its partitions.
 * @throws BusError 'unavailable' when the brokers are away or refuse
 */
export async function ensureTopic(
  client: KafkaClient,
  form: TopicForm,
  settings: KafkaSettings,
  logger: BusLogger | undefined,
): Promise<number> {
  const { topic } = client;
  return client.call(`opening topic ${topic}`, async () => {
    const broker = await client.anyBroker();
    const isThere = await broker.metadata([topic]).then(
      () => true,
      (error: unknown) => {
        if (kafkaFailure(error) === 'no-topic') return false;
        throw error;
      },
    );
    if (!isThere) await make(client, form, settings, logger);
    const partitions = await client.partitions();
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    await judge(client, replicas, form.messageBytesMax, logger);
    return partitions.length;
  });
}

async function make(
  client: KafkaClient,
  { partitions, messageBytesMax, configuration }: TopicForm,
  { replicationFactor }: KafkaSettings,
  logger: BusLogger | undefined,
): Promise<void> {
  const { topic } = client;
  const settings = {
    ...configuration,
    'max.message.bytes': String(messageBytesMax),
    // Values are compressed already. What others put there in a form that our client cannot read, the broker makes plain.
    'compression.type': 'uncompressed',
    // A replica that was behind must not lead, whatever the brokers' default: it lacks what was acknowledged.
    'unclean.leader.election.enable': 'false',
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  try {
    await (await client.anyBroker()).createTopics({
      topics: [
        { topic, numPartitions: partitions, replicationFactor: replicationFactor ?? BROKER_DEFAULT, configEntries },
      ],
      timeout: 5_000,
    });
    logger?.info({ event: 'topic_made', topic, partitions }, 'a topic was made');
  } catch (error) {
    // Another process was faster.
    if (kafkaFailure(error) !== 'topic-exists') throw error;
  }
}

/** Says what an operator should know of the topic: once, since a part is opened once. */
async function judge(
  client: KafkaClient,
  replicas: number,
  bytesWanted: number,
  logger: BusLogger | undefined,
): Promise<void> {
  if (logger === undefined) return;
  const { topic } = client;
  if (replicas <= 1)
    logger.warn(
      { event: 'topic_not_replicated', topic },
      'a disk that is lost loses records: the topic has one replica',
    );
  const broker = await client.anyBroker();
  const { resources } = await broker.describeConfigs({
    resources: [{ type: TOPIC_RESOURCE, name: topic, configNames: ['max.message.bytes', 'min.insync.replicas'] }],
  });
  const numberOf = (name: string) =>
    Number(resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue ?? Infinity);
  if (replicas > 1 && numberOf('min.insync.replicas') < 2)
    logger.warn(
      { event: 'topic_acknowledged_by_one', topic },
      'records are acknowledged by one replica where the others are behind, and lost with its disk: raise min.insync.replicas of the topic to 2',
    );
  const bytes = numberOf('max.message.bytes');
  if (bytes < bytesWanted)
    logger.warn(
      { event: 'topic_takes_small_records', topic, bytes, bytesWanted },
      'records of large requests will be refused: raise max.message.bytes of the topic',
    );
}
