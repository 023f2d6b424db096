// The outgrown control store: a PostgreSQL server, shared by all replicas of the API.
import { StartupError } from '@sazabi/lifecycle';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { KEY_CHANGES_CHANNEL, type OpenedDatabase } from '../control-db.ts';
import * as schema from '../schema.ts';

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_SECONDS = 10;
const CLOSE_TIMEOUT_SECONDS = 5;

/** Connects to `postgres://…`. @throws StartupError one line that names the server, never the password */
export async function openPostgres(url: string): Promise<OpenedDatabase> {
  const client = postgres(url, {
    max: CONNECTIONS_MAX,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => undefined,
    connection: { application_name: 'sazabi' },
  });
  try {
    await client`SELECT 1`;
  } catch (error) {
    await client.end({ timeout: 0 });
    const { host, pathname } = new URL(url);
    const why = error instanceof Error ? error.message : String(error);
    throw new StartupError(`PostgreSQL at ${host}${pathname} does not answer (${why}): check DATABASE_URL.`, {
      cause: error,
    });
  }
  return {
    orm: drizzle(client, { schema }),
    async listen(listener) {
      // The third argument is called on every (re)connection: what was told in between is made up for.
      await client.listen(KEY_CHANGES_CHANNEL, listener, listener);
    },
    close: () => client.end({ timeout: CLOSE_TIMEOUT_SECONDS }),
  };
}
