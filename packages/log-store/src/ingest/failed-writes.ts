// Writes that fail without anybody being told: what chDB's build of ClickHouse does where a disk is full.
import type { ClickHouseClient } from '@clickhouse/client';
import type { IngestTarget } from './ingest-target.ts';

/**
 * Whether this is the embedded engine, chDB's build of ClickHouse. It takes a write that failed for done (ADR 24): it counts it and goes on,
 * and answers the insert as if all of it were stored. A ClickHouse server fails the insert. @throws ClickHouseError, or the connection's error
 */
export async function isEmbedded(client: ClickHouseClient): Promise<boolean> {
  const result = await client.query({
    query: `SELECT count() FROM system.functions WHERE name = 'chdb'`,
    format: 'JSONCompactEachRow',
  });
  const [row] = await result.json<[string | number]>();
  return Number(row?.[0]) > 0;
}

/**
 * A select of two columns and no rows, to be put after a look-up's own by UNION ALL: it throws once a write of this engine has failed.
 * The count grows before the insert is answered and ends with the process, so a look-up that passes speaks of whole parts. It rests on
 * the order of one statement: which parts of a table are read is chosen as the query is planned, and a system table is filled as it runs,
 * so each write that made one of those parts is counted by then.
 */
export const NO_FAILED_WRITES = `SELECT '', throwIf(value > 0, 'a write failed, what is stored is not known')
FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'`;

/**
 * For writes that nobody looks up: passes where all since then are whole. An engine that was started anew since has forgotten what
 * failed, and may have set the parts of it aside, so it does not pass either. Its time is told in whole seconds: one that was killed and
 * back within the second in which this began would pass, and a kill alone takes longer as a rule.
 * @param sinceMs of `performance.now()`, before the first of those writes
 * @throws ClickHouseError, or the connection's error
 */
export async function checkWrites({ client, embedded }: IngestTarget, sinceMs: number): Promise<void> {
  if (!embedded) return;
  const result = await client.query({
    query: `SELECT '', throwIf(uptime() < {seconds:UInt32}, 'the engine was started anew, what is stored is not known')
UNION ALL
${NO_FAILED_WRITES}`,
    query_params: { seconds: Math.floor((performance.now() - sinceMs) / 1000) },
    format: 'JSONCompactEachRow',
  });
  await result.text();
}
