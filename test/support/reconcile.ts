// Compares what was acknowledged with what is stored, asked of ClickHouse itself.
import { createClient } from '@clickhouse/client';
import { z } from 'zod';
import type { LoadAccount } from './acknowledged-load.ts';
import type { System } from './system.ts';
import { waitFor } from './wait-for.ts';

const STORED_DEADLINE_MS = 30_000;
/** Each look reads every message of the load: asked every 25 ms, it kept a core from what it waited for. */
const LOOK_EVERY_MS = 250;

/** A system or a cluster: where its ClickHouse is. */
export type Store = Pick<System, 'clickHouseUrl'>;

export interface Reconciliation {
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged and not stored. */
  readonly missing: readonly string[];
  /** Stored more than once, acknowledged or not. */
  readonly doubled: readonly string[];
  /** Stored and never sent. */
  readonly foreign: readonly string[];
}

/** Counts rows by message, for messages that begin with `name`. */
export async function storedMessages(system: Store, name: string): Promise<ReadonlyMap<string, number>> {
  const client = createClient({ url: system.clickHouseUrl() });
  try {
    const result = await client.query({
      query: 'SELECT message, toUInt32(count()) FROM logs WHERE startsWith(message, {name:String}) GROUP BY message',
      query_params: { name: `${name}-` },
      format: 'JSONCompactEachRow',
    });
    return new Map(z.array(z.tuple([z.string(), z.number()])).parse(await result.json()));
  } finally {
    await client.close();
  }
}

/** Waits until all that was acknowledged is stored (or the deadline), then compares. */
export async function reconcile(
  system: Store,
  name: string,
  account: LoadAccount,
  deadlineMs = STORED_DEADLINE_MS,
): Promise<Reconciliation> {
  const compare = async (): Promise<Reconciliation> => {
    const stored = await storedMessages(system, name);
    return {
      sent: account.sent.size,
      acknowledged: account.acknowledged.size,
      stored: stored.size,
      missing: [...account.acknowledged].filter((message) => !stored.has(message)),
      doubled: [...stored].filter(([, count]) => count > 1).map(([message]) => message),
      foreign: [...stored.keys()].filter((message) => !account.sent.has(message)),
    };
  };
  const complete = async () => {
    const state = await compare();
    return state.missing.length === 0 ? state : null;
  };
  return await waitFor('all acknowledged logs are stored', complete, deadlineMs, LOOK_EVERY_MS).catch(compare);
}

/** One line for a person, samples of what is wrong included. */
export function describeReconciliation(state: Reconciliation): string {
  const { sent, acknowledged, stored, missing, doubled, foreign } = state;
  const samples = [...missing.slice(0, 3), ...doubled.slice(0, 3), ...foreign.slice(0, 3)];
  return `sent ${sent}, acknowledged ${acknowledged}, stored ${stored}, missing ${missing.length}, doubled ${doubled.length}, foreign ${foreign.length}${samples.length === 0 ? '' : ` (${samples.join(', ')})`}`;
}
