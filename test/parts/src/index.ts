// The real parts that tests run on: a Kafka broker, a PostgreSQL server, a ClickHouse.
export type { TestKafka, TestPart, TestPostgres } from './test-part.ts';
