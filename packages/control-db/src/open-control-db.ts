// Opens the control store by its URL and brings it to the newest version.
import { StartupError } from '@sazabi/lifecycle';
import { sql } from 'drizzle-orm';
import {
  type ControlDb,
  type Database,
  KEY_CHANGES_CHANNEL,
  KEY_CONFIRMATIONS_CHANNEL,
  type Told,
} from './control-db.ts';
import { createListeners } from './listeners.ts';
import { migrate } from './migrate.ts';
import { type Patience, patiently } from './patiently.ts';
import { openPglite } from './pglite/open-pglite.ts';
import { openPostgres } from './postgres/open-postgres.ts';

/** A control store that may not be there yet: it refuses as unavailable until then. */
export interface StartingControlDb extends ControlDb {
  /** Waits for the database and brings it to the newest version. @throws StartupError one line: it refuses us */
  untilReady(patience?: Patience): Promise<void>;
}

/**
 * Makes ready to connect, without waiting for a server.
 * @param url `pglite:DIR` (embedded, one process) or `postgres://user:password@host:port/database`
 * @throws StartupError one line that says what to mend
 */
export async function connectControlDb(url: string): Promise<StartingControlDb> {
  const listeners = createListeners();
  const database = await openByUrl(url, listeners.tell);
  return {
    shared: database.shared,
    get orm() {
      return database.orm;
    },
    remembering: database.remembering,
    onKeyChange: (listener) => listeners.on(KEY_CHANGES_CHANNEL, listener),
    onKeyConfirmation: (listener) => listeners.on(KEY_CONFIRMATIONS_CHANNEL, listener),
    pulse: database.pulse,
    async ping() {
      await database.orm.execute(sql`SELECT 1`);
    },
    untilReady: (patience = {}) =>
      patiently(async () => {
        await database.connect();
        await migrate(database.orm);
      }, patience),
    close: database.close,
  };
}

/** Opens a control store; resolves when it is there and of the newest version. @throws StartupError as {@link connectControlDb} */
export async function openControlDb(url: string, patience: Patience = {}): Promise<ControlDb> {
  const db = await connectControlDb(url);
  try {
    await db.untilReady(patience);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function openByUrl(url: string, tell: Told): Promise<Database> {
  if (url.startsWith('pglite:') && url.length > 'pglite:'.length)
    return await openPglite(url.slice('pglite:'.length), tell);
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return openPostgres(url, tell);
  // Not quoted: it may hold a password.
  throw new StartupError(
    'DATABASE_URL is not understood: use pglite:FOLDER or postgres://user:password@host:port/database.',
  );
}
