// A removal of rows is a mutation: it is ordered, and carried out part by part in the background.
import { setTimeout } from 'node:timers/promises';
import type { IngestTarget } from '../ingest/ingest-target.ts';
import { MUTATION_POLL_FIRST_MS, MUTATION_POLL_MAX_MS } from './limits.ts';

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
