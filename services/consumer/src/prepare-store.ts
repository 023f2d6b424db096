// Before a server's first record: it is there, its tables are up to date, and its insert tokens do what all rests on.
import { type Logger, StartupError } from '@sazabi/lifecycle';
import { type ClickHouseClient, inspectReads, inspectShard, inspectSingle, migrateLogStore } from '@sazabi/log-store';
import {
  checkInsertTokens,
  clusterServer,
  type IngestTarget,
  ingestFailure,
  isEmbedded,
  settleCodec,
  singleServer,
} from '@sazabi/log-store/ingest';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS } from './limits.ts';
import { pauseFor } from './pause-for.ts';
import type { StoreServer } from './store-servers.ts';
import { whatToDo } from './what-to-do.ts';

/** Errors that no waiting mends. */
const OPERATORS_ERRORS =
  /AUTHENTICATION_FAILED|WRONG_PASSWORD|REQUIRED_PASSWORD|UNKNOWN_DATABASE|ACCESS_DENIED|UNKNOWN_USER|no handle/i;

/**
 * Waits for the server with backoff for as long as it does not answer; null when `stopping` aborts first.
 * @throws StartupError where its user, password or database is refused, its place in the cluster is another than the
 *   settings say, or insert tokens do not hold
 */
export function prepareServer(
  server: StoreServer,
  logger: Logger,
  stopping: AbortSignal,
): Promise<IngestTarget | null> {
  return insist(server.name, logger, stopping, async () => {
    const { target, layout } = await layOut(server);
    const migrations = await migrateLogStore(target.client, layout);
    if (migrations.length > 0) logger.info({ event: 'log_store_migrated', migrations }, 'tables are up to date');
    const broken = await checkInsertTokens(target);
    if (broken !== null) {
      throw new StartupError(
        `This ClickHouse cannot keep logs exactly once (${broken}): use the version the README names, and leave insert_deduplicate on.`,
      );
    }
    await chooseCodec(target, logger);
    return target;
  });
}

/** How rows are compressed is a matter of room and CPU alone: where it cannot be settled they are stored as they are. */
async function chooseCodec(target: IngestTarget, logger: Logger): Promise<void> {
  try {
    const codec = await settleCodec(target);
    if (codec !== null) logger.info({ event: 'log_store_codec', codec }, 'inserts and merges are compressed otherwise');
  } catch (error) {
    const { code } = ingestFailure(error);
    logger.warn(
      { event: 'log_store_codec_failed', code },
      'how logs are compressed stays as it is until the next start',
    );
  }
}

/** Of a cluster: gives the server that queries are asked of its Distributed tables. Waits and throws as above. */
export async function prepareReads(
  { client, cluster }: { readonly client: ClickHouseClient; readonly cluster: string },
  logger: Logger,
  stopping: AbortSignal,
): Promise<void> {
  await insist('CLICKHOUSE_URL', logger, stopping, async () => {
    const found = await inspectReads(client, cluster);
    if ('wrong' in found) throw new StartupError(`CLICKHOUSE_URL cannot be used: ${found.wrong}.`);
    if (found.layout !== null) await migrateLogStore(client, found.layout);
  });
}

async function layOut({ client, name, place }: StoreServer) {
  const found = await (place === null ? inspectSingle(client) : inspectShard(client, place));
  if ('wrong' in found) throw new StartupError(`${name} cannot be used: ${found.wrong}.`);
  const { layout } = found;
  if (layout.kind === 'shard') return { layout, target: clusterServer(client, layout.replicated) };
  return { layout, target: singleServer(client, await isEmbedded(client)) };
}

async function insist<T>(
  name: string,
  logger: Logger,
  stopping: AbortSignal,
  act: () => Promise<T>,
): Promise<T | null> {
  for (let attempt = 1; !stopping.aborted; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof StartupError) throw error;
      const { code, reason } = ingestFailure(error);
      if (OPERATORS_ERRORS.test(reason)) {
        throw new StartupError(`${name} is refused (${code}): check its user, password and database.`, {
          cause: error,
        });
      }
      if (Number.isInteger(Math.log2(attempt))) {
        const fields = { event: 'log_store_waiting', server: name, attempt, code };
        logger.warn(fields, whatToDo(code, 'the log store does not answer yet'));
      }
      await pauseFor(Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS), stopping);
    }
  }
  return null;
}
