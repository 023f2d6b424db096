// Where the records of a bus partition are stored: one server and the tables that lie on it, with what its kind of table needs.
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';

export interface IngestTarget {
  readonly client: ClickHouseClient;
  /** `logs` of a single server, `logs_local` of a cluster's: never a Distributed table, which acknowledges before it stores. */
  readonly logs: string;
  readonly deadLetters: string;
  /** Whether these tables are ReplicatedMergeTree. */
  readonly replicated: boolean;
  /** Whether it is the engine of chDB, a process beside ours: its failed writes must be asked for too, and no wire lies between. */
  readonly embedded: boolean;
}

/** A server that stands alone. */
export function singleServer(client: ClickHouseClient, embedded: boolean): IngestTarget {
  return { client, logs: 'logs', deadLetters: 'dead_letters', replicated: false, embedded };
}

/** A server of a cluster: inserts and look-ups go to the tables that it holds itself. */
export function clusterServer(client: ClickHouseClient, replicated: boolean): IngestTarget {
  return { client, logs: 'logs_local', deadLetters: 'dead_letters_local', replicated, embedded: false };
}

/** How long an insert waits for a majority of replicas; within the time that no insert may run over. */
const QUORUM_TIMEOUT_MS = 30_000;
/**
 * The server's own attempts on a Keeper that does not answer, 3 s in all. With its default an insert into a table that is
 * read-only was seen to hang for a minute, while another replica might take it.
 */
const KEEPER_ATTEMPTS_MAX = 5;

/**
 * Of every insert. Replicated: answered when a majority has it, and one after the other (not parallel): only then may
 * {@link readSettings} ask for a consistent read.
 */
export function insertSettings({ replicated }: IngestTarget): ClickHouseSettings {
  if (!replicated) return {};
  return {
    insert_quorum: 'auto',
    insert_quorum_parallel: 0,
    insert_quorum_timeout: QUORUM_TIMEOUT_MS,
    insert_keeper_max_retries: String(KEEPER_ATTEMPTS_MAX),
  };
}

/** Of every look-up. Replicated: it sees each insert that a majority has and no other, or it fails. */
export function readSettings({ replicated }: IngestTarget): ClickHouseSettings {
  return replicated ? { select_sequential_consistency: '1' } : {};
}

/**
 * Before a look-up: a replica takes what the others have, so that it need not refuse the consistent read. It is also what
 * makes a second look-up in one session complete: the dropped insert before it was decided by the same Keeper session.
 * @throws ClickHouseError, or the connection's error
 */
export async function catchUp(target: IngestTarget, signal?: AbortSignal): Promise<void> {
  if (!target.replicated) return;
  for (const table of [target.logs, target.deadLetters]) {
    await target.client.command({
      query: `SYSTEM SYNC REPLICA ${table} LIGHTWEIGHT`,
      ...(signal === undefined ? {} : { abort_signal: signal }),
    });
  }
}
