// Whether a Kafka broker serves: it names itself in its metadata, which is later than that it takes connections.
import { Kafka, logLevel } from 'kafkajs';

const REQUEST_TIMEOUT_MS = 2_000;

/** @throws Error where it does not answer */
export async function brokerAnswers(broker: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length > 0;
  } finally {
    await admin.disconnect();
  }
}
