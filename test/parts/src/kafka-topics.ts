// Deletes what a test left on a shared broker.
import { Kafka, logLevel } from 'kafkajs';

/** The topic and those that begin with its name and a dot; none is as good as all. */
export async function removeTopics(broker: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => name === topic || name.startsWith(`${topic}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}
