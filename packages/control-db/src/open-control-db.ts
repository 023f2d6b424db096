// Opens the control store by its URL and brings it to the newest version.
import { StartupError } from '@sazabi/lifecycle';
import { sql } from 'drizzle-orm';
import type { ControlDb, OpenedDatabase } from './control-db.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite/open-pglite.ts';
import { openPostgres } from './postgres/open-postgres.ts';

/**
 * @param url `pglite:DIR` (embedded, one process) or `postgres://user:password@host:port/database`
 * @throws StartupError one line that says what to mend
 */
export async function openControlDb(url: string): Promise<ControlDb> {
  const database = await openByUrl(url);
  try {
    await migrate(database.orm);
    return await withListeners(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

function openByUrl(url: string): Promise<OpenedDatabase> {
  if (url.startsWith('pglite:') && url.length > 'pglite:'.length) return openPglite(url.slice('pglite:'.length));
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return openPostgres(url);
  // Not quoted: it may hold a password.
  throw new StartupError(
    'DATABASE_URL is not understood: use pglite:FOLDER or postgres://user:password@host:port/database.',
  );
}

async function withListeners(database: OpenedDatabase): Promise<ControlDb> {
  const listeners = new Set<() => void>();
  await database.listen(() => {
    for (const listener of listeners) listener();
  });
  return {
    orm: database.orm,
    onKeyChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async ping() {
      await database.orm.execute(sql`SELECT 1`);
    },
    close: () => database.close(),
  };
}
