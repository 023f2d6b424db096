// A removal of rows is a mutation: it is ordered, and carried out part by part in the background.
import { setTimeout } from 'node:timers/promises';
import type { IngestTarget } from '../ingest/ingest-target.ts';
import { MUTATION_FAILED_SECONDS, MUTATION_POLL_FIRST_MS, MUTATION_POLL_MAX_MS, SECONDS_MAX } from './limits.ts';

/** How to wait for work that may take hours on large tables. */
export interface Patience {
  /** Called before and between questions; what it throws ends the waiting. */
  readonly goOn: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Waits until no mutation of the server's logs is under way. @throws Error with ClickHouse's reason where one fails */
export async function awaitMutations(target: IngestTarget, { goOn, signal }: Patience): Promise<void> {
  for (let waitMs = MUTATION_POLL_FIRST_MS; ; waitMs = Math.min(waitMs * 2, MUTATION_POLL_MAX_MS)) {
    await goOn();
    const result = await target.client.query({
      query: `SELECT latest_fail_reason AS reason FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done AND NOT is_killed ORDER BY create_time`,
      query_params: { table: target.logs },
      format: 'JSONEachRow',
    });
    const underWay = await result.json<{ reason: string }>();
    if (underWay.length === 0) return;
    const failing = underWay.find(({ reason }) => reason !== '');
    if (failing !== undefined) throw new Error(`A removal of rows does not get on: ${failing.reason}`);
    await setTimeout(waitMs, undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * Ends removals that have not got on for a day: the server tries them for ever, and those ordered later wait for them, in other
 * partitions too. Nothing is lost: what they had yet to remove is found again. Resolves to their partitions, which are best tried
 * last. Mutations of others are left alone, and {@link awaitMutations} tells of them.
 * @param failedSeconds for tests @throws ClickHouseError, or the connection's error
 */
export async function endFailedRemovals(
  { client, logs }: IngestTarget,
  failedSeconds = MUTATION_FAILED_SECONDS,
): Promise<ReadonlySet<string>> {
  const failed = `database = currentDatabase() AND table = '${logs}' AND NOT is_done AND NOT is_killed AND latest_fail_reason != ''
AND create_time <= now() - ${failedSeconds} AND match(command, '^\\(?(UPDATE _row_exists = 0|APPLY DELETED MASK) IN PARTITION ')`;
  const result = await client.query({
    query: `SELECT extract(command, 'IN PARTITION \\'([0-9-]+)\\'') FROM system.mutations WHERE ${failed}`,
    format: 'JSONCompactEachRow',
  });
  const partitions = (await result.json<[string]>()).map(([partition]) => partition);
  if (partitions.length > 0)
    await client.command({
      query: `KILL MUTATION WHERE ${failed} SYNC`,
      clickhouse_settings: { max_execution_time: SECONDS_MAX },
    });
  return new Set(partitions);
}

/** In their order, but those last whose partition has failed: it may fail again, and then ends the work. */
export function failedLast<T>(
  all: readonly T[],
  partitionOf: (one: T) => string,
  failed: ReadonlySet<string>,
): readonly T[] {
  const hasFailed = (one: T) => failed.has(partitionOf(one));
  return [...all.filter((one) => !hasFailed(one)), ...all.filter(hasFailed)];
}
