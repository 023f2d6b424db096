// Before the first record: the store is there, its tables are up to date, and its insert tokens do what all rests on.
import { type Logger, StartupError } from '@sazabi/lifecycle';
import { migrateLogStore } from '@sazabi/log-store';
import { checkInsertTokens, type IngestTarget, ingestFailure } from '@sazabi/log-store/ingest';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';
import { pauseFor } from './pause-for.ts';

/** Errors that no waiting mends. */
const OPERATORS_ERRORS =
  /AUTHENTICATION_FAILED|WRONG_PASSWORD|REQUIRED_PASSWORD|UNKNOWN_DATABASE|ACCESS_DENIED|UNKNOWN_USER|no handle/i;

/**
 * Waits for the store with backoff for as long as it does not answer; ends early when `stopping` aborts.
 * @throws StartupError where the URL's user, password or database is refused, or insert tokens do not hold
 */
export async function prepareStore(store: IngestTarget, logger: Logger, stopping: AbortSignal): Promise<void> {
  for (let attempt = 1; !stopping.aborted; attempt++) {
    try {
      const migrations = await migrateLogStore(store.client);
      if (migrations.length > 0) logger.info({ event: 'log_store_migrated', migrations }, 'tables are up to date');
      const broken = await checkInsertTokens(store);
      if (broken === null) return;
      throw new StartupError(
        `This ClickHouse cannot keep logs exactly once (${broken}): use the version the README names, and leave insert_deduplicate on.`,
      );
    } catch (error) {
      if (error instanceof StartupError) throw error;
      const { code, reason } = ingestFailure(error);
      if (OPERATORS_ERRORS.test(reason)) {
        throw new StartupError(`CLICKHOUSE_URL is refused (${code}): check its user, password and database.`, {
          cause: error,
        });
      }
      if (Number.isInteger(Math.log2(attempt))) {
        logger.warn({ event: 'log_store_waiting', attempt, code }, 'the log store does not answer yet');
      }
      await pauseFor(Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS), stopping);
    }
  }
}
