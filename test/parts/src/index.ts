// The real parts that tests run on: a Kafka broker, a PostgreSQL server, a ClickHouse.

// `startKafkaProcess` is a process wherever the others run: for tests that need listeners or settings of their own.
export { kafkaIsMissing } from './kafka-is-missing.ts';
export { removeTopics } from './kafka-topics.ts';
export { createDatabase, dropDatabase } from './postgres-databases.ts';
export { chooseFreePort } from './processes/free-port.ts';
export { startKafkaProcess } from './processes/kafka-process.ts';
export { startKafka } from './start-kafka.ts';
export { startPostgres } from './start-postgres.ts';
export type { KafkaOptions, TestKafka, TestPart, TestPostgres } from './test-part.ts';
