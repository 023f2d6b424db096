// Writes that fail without anybody being told: what chDB's build of ClickHouse does where a disk is full.
import type { ClickHouseClient } from '@clickhouse/client';

/**
 * Whether this server takes a write that failed for done, as chDB's engine does (ADR 24): it counts it and goes on, and answers the insert
 * as if all of it were stored. A ClickHouse server fails the insert. @throws ClickHouseError, or the connection's error
 */
export async function losesFailedWrites(client: ClickHouseClient): Promise<boolean> {
  const result = await client.query({
    query: `SELECT count() FROM system.functions WHERE name = 'chdb'`,
    format: 'JSONCompactEachRow',
  });
  const [row] = await result.json<[string | number]>();
  return Number(row?.[0]) > 0;
}

/**
 * A select of two columns and no rows, to be put after a look-up's own by UNION ALL: it throws once a write of this engine has failed.
 * The count grows before the insert is answered and ends with the process, so a look-up that passes speaks of whole parts.
 */
export const NO_FAILED_WRITES = `SELECT '', throwIf(value > 0, 'a write failed, what is stored is not known')
FROM system.events WHERE event = 'WriteBufferFromFileDescriptorWriteFailed'`;
