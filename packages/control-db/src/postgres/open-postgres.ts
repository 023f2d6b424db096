// The outgrown control store: a PostgreSQL server, shared by all replicas of the API, which may go away and come back.
import { StartupError } from '@sazabi/lifecycle';
import type { Database, Orm, Told } from '../control-db.ts';
import {
  CLOSE_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_MAX,
  IDLE_IN_TRANSACTION_MS,
  IDLE_TIMEOUT_MS,
  LOCK_TIMEOUT_MS,
  PULSE_DEADLINE_MS,
  STATEMENT_TIMEOUT_MS,
} from '../limits.ts';
import { rememberNothing } from '../memory.ts';
import { isUnavailable, unavailable } from '../unavailable.ts';
import { inTime } from './in-time.ts';
import { openPool } from './pool.ts';
import { openPulse, type PulseConnection } from './pulse-connection.ts';

/**
 * Makes ready to connect to `postgres://…`; `orm` refuses until `connect` has succeeded.
 * A server that stops answering is noticed by the pulse alone: then the pool is thrown away, which ends whatever waits for
 * it, and its remains refuse at once until there is a new one.
 */
export function openPostgres(url: string, tell: Told): Database {
  const config = {
    connectionString: url,
    application_name: 'sazabi',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  const poolConfig = { ...config, max: CONNECTIONS_MAX, idleTimeoutMillis: IDLE_TIMEOUT_MS };
  let pool = openPool(poolConfig);
  pool.destroy();
  let pulse: PulseConnection | null = null;
  /** Whether the pool is one that refuses. */
  let away = true;
  let closed = false;

  const lose = (lost: PulseConnection): void => {
    void lost.end();
    // Of several questions that fail together the first one has seen to it.
    if (pulse !== lost) return;
    pulse = null;
    away = true;
    pool.destroy();
  };
  const ask = async <T>(work: (orm: Orm) => Promise<T>): Promise<T> => {
    if (closed) throw unavailable('the control store is closed');
    if (pulse?.isLost()) lose(pulse);
    pulse ??= openPulse({ ...config, application_name: 'sazabi-pulse' }, tell);
    const asked = pulse;
    try {
      const answer = await inTime(asked.ask(work), PULSE_DEADLINE_MS);
      if (away && !closed && pulse === asked) {
        away = false;
        pool = openPool(poolConfig);
      }
      return answer;
    } catch (error) {
      // What the server itself refuses is no sign of its being away.
      if (isUnavailable(error)) lose(asked);
      throw error;
    }
  };
  return {
    shared: true,
    remembering: rememberNothing,
    get orm() {
      return pool.orm;
    },
    async connect() {
      try {
        await ask(async (orm) => await orm.execute('SELECT 1'));
      } catch (error) {
        throw isUnavailable(error) ? error : refusal(url, error);
      }
    },
    pulse: ask,
    async close() {
      closed = true;
      await inTime(Promise.all([pulse?.end(), pool.drain()]), CLOSE_TIMEOUT_MS).catch(() => pool.destroy());
    },
  };
}

/** One line that names the server and what it says, never the password. */
function refusal(url: string, error: unknown): StartupError {
  const { host, pathname } = new URL(url);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StartupError(`PostgreSQL at ${host}${pathname} refuses (${why}): check DATABASE_URL.`, { cause: error });
}
