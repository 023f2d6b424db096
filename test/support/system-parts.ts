// The bus and the database of a test system: embedded, or with TEST_SYSTEM=real its own topic and database on the run's servers.
import { randomUUID } from 'node:crypto';
import { createDatabase, dropDatabase, removeTopics } from '@sazabi/test-parts';

/** Three, so that a topic is made sooner; each partition is still consumed for itself. */
const PARTITIONS = 3;
/** The least that a broker takes: so long the partitions of a consumer that was killed wait for the one that follows it. */
const SESSION_TIMEOUT_SECONDS = 6;

export interface SystemParts {
  /** Settings for its services. */
  readonly environment: Readonly<Record<string, string>>;
  /** Deletes what was made for it; when its services have ended. */
  remove(): Promise<void>;
}

/** Bus and database for a new system. */
export async function systemParts(): Promise<SystemParts> {
  if (process.env.TEST_SYSTEM !== 'real') return { environment: {}, remove: async () => undefined };
  const { inject } = await import('vitest');
  const { broker, postgres } = inject('realParts');
  const name = `test-${randomUUID()}`;
  const databaseUrl = await createDatabase(postgres);
  return {
    environment: {
      BUS_URL: `kafka://${broker}`,
      KAFKA_TOPIC: name,
      KAFKA_GROUP: name,
      KAFKA_PARTITIONS: String(PARTITIONS),
      KAFKA_SESSION_TIMEOUT_SECONDS: String(SESSION_TIMEOUT_SECONDS),
      DATABASE_URL: databaseUrl,
    },
    remove: async () => {
      await Promise.all([removeTopics(broker, name), dropDatabase(databaseUrl)]);
    },
  };
}
