// The real parts that tests run on: a Kafka broker, a PostgreSQL server, a ClickHouse.

export { startKafka } from './start-kafka.ts';
export { startPostgres } from './start-postgres.ts';
export type { KafkaOptions, TestKafka, TestPart, TestPostgres } from './test-part.ts';
