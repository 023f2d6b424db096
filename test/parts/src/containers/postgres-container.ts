// A PostgreSQL server of its own in the vendor's image.
import { CONNECTIONS_MAX } from '../limits.ts';
import { createDatabase, databaseAnswers, PASSWORD, USER } from '../postgres-databases.ts';
import { chooseFreePort } from '../processes/free-port.ts';
import type { TestPostgres } from '../test-part.ts';
import { POSTGRES_IMAGE } from '../versions.ts';
import { startContainer } from './container-part.ts';

const PORT = 5432;

/** Starts the image and waits until it answers. */
export async function startPostgresContainer(): Promise<TestPostgres> {
  const hostPort = await chooseFreePort();
  const address = `127.0.0.1:${hostPort}`;
  const part = await startContainer({
    image: POSTGRES_IMAGE,
    port: PORT,
    hostPort,
    environment: { POSTGRES_USER: USER, POSTGRES_PASSWORD: PASSWORD, POSTGRES_DB: 'postgres' },
    command: ['postgres', '-c', `max_connections=${CONNECTIONS_MAX}`],
    answers: () => databaseAnswers(address),
  });
  return { ...part, address, createDatabase: () => createDatabase(address) };
}
