// The parts of one bus in one process: each with connections of its own, opened at the first use, closed together.
import { type BusConsumer, type BusDeadLetters, BusError, type BusProducer, type BusReader } from '../bus.ts';
import { createClient, type KafkaClient } from './client.ts';
import { createConsumer } from './consumer.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { KafkaBusOptions, KafkaSettings } from './kafka-settings.ts';
import { APPEND_DEADLINE_MS } from './limits.ts';
import { createProducer, type KafkaProducer } from './producer.ts';
import { createReaders } from './reader.ts';
import { deadLettersTopic, ensureTopic, recordsTopic } from './topics.ts';
import { createWritable } from './writable.ts';

export interface KafkaParts {
  producer(): Promise<BusProducer>;
  reader(): Promise<BusReader>;
  consumer(): Promise<BusConsumer>;
  deadLetters(): Promise<BusDeadLetters>;
  writable(): Promise<boolean>;
  close(): Promise<void>;
}

/** Connects nothing yet. */
export function createOpenParts(
  brokers: readonly string[],
  settings: KafkaSettings,
  { logger, onUnreadGone }: KafkaBusOptions,
): KafkaParts {
  const ends: (() => Promise<void>)[] = [];
  let closed = false;
  const appendDeadlineMs = settings.appendDeadlineMs ?? APPEND_DEADLINE_MS;

  /** Opens a part on a client of its own; one that cannot be opened leaves no connection. */
  const opened = async <T extends { close(): Promise<void> }>(
    topic: string,
    requestTimeoutMs: number | undefined,
    make: (client: KafkaClient, partitions: number) => T,
  ): Promise<T> => {
    if (closed) throw new BusError('closed', 'The bus is closed.');
    const client = createClient(brokers, settings, { topic, ...(requestTimeoutMs && { requestTimeoutMs }) });
    const giveUp = () => client.close();
    ends.push(giveUp);
    try {
      const form = topic === settings.topic ? recordsTopic(settings) : deadLettersTopic(settings);
      const part = make(client, await ensureTopic(client, form, settings, topicsTold.has(topic) ? undefined : logger));
      topicsTold.add(topic);
      if (closed) throw new BusError('closed', 'The bus is closed.');
      ends.push(() => part.close());
      return part;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      ends.splice(ends.indexOf(giveUp), 1);
    }
  };
  const topicsTold = new Set<string>();
  const producer = once(() =>
    opened(settings.topic, appendDeadlineMs, (client, partitions) =>
      createProducer(client, partitions, appendDeadlineMs),
    ),
  );
  const readers = once(() =>
    opened(settings.topic, undefined, (client, partitions) => createReaders(client, partitions, settings.groupId)),
  );
  const deadLetters = once(async () => {
    let letters: BusDeadLetters | undefined;
    await opened(settings.deadLetterTopic, appendDeadlineMs, (client, partitions): KafkaProducer => {
      const appends = createProducer(client, partitions, appendDeadlineMs);
      letters = createDeadLetters(client, appends, Date.now);
      return appends;
    });
    if (letters === undefined) throw new BusError('closed', 'The bus is closed.');
    return letters;
  });
  const writable = createWritable(producer.get);

  return {
    producer: producer.get,
    reader: async () => (await readers.get()).open(),
    consumer: () =>
      opened(settings.topic, undefined, (client, partitions) => {
        const calls = createClient(brokers, settings, { topic: settings.topic });
        return createConsumer({ client, calls, settings, logger, onUnreadGone }, partitions);
      }),
    deadLetters: deadLetters.get,
    writable: async () => !closed && (await writable()),
    async close() {
      closed = true;
      // All at once: each has connections of its own, and none waits for another.
      await Promise.all(ends.splice(0).map((end) => end()));
    },
  };
}

/** Makes a thing at the first call; a failed attempt is forgotten, so that the next call tries anew. */
function once<T>(make: () => Promise<T>): { get(): Promise<T> } {
  let made: Promise<T> | undefined;
  return {
    get() {
      made ??= make().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      return made;
    },
  };
}
