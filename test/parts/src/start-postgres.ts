// A PostgreSQL server for tests.
import { startPostgresProcess } from './processes/postgres-process.ts';
import type { TestPostgres } from './test-part.ts';

/** Starts a server of the caller's own; it answers when this resolves. */
export async function startPostgres(): Promise<TestPostgres> {
  return await startPostgresProcess();
}
