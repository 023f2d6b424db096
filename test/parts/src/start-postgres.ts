// A PostgreSQL server for tests.
import { chosenWay } from './choose-way.ts';
import { startPostgresProcess } from './processes/postgres-process.ts';
import type { TestPostgres } from './test-part.ts';

/** Starts a server of the caller's own; it answers when this resolves. */
export async function startPostgres(): Promise<TestPostgres> {
  if ((await chosenWay()) === 'processes') return await startPostgresProcess();
  const { startPostgresContainer } = await import('./containers/postgres-container.ts');
  return await startPostgresContainer();
}
