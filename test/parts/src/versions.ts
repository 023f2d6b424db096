// Which servers tests run on, as images; the processes are the same versions, from infra/kafka/pom.xml and this package's package.json.

/** An image's tag is written once, here; versions.test.ts holds the two other places against it. */
export const KAFKA_IMAGE = 'apache/kafka:4.3.1';
export const POSTGRES_IMAGE = 'postgres:18.4';
