// For tests: a write of the embedded engine that fails as on a full disk. Its own watch ends the engine for it, within 2 s.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';

/** The first mutation of a table is written to the file of one of the first numbers. */
const MUTATION_NUMBERS = 3;

/** A mutation of a table of its own, whose file is a link to a device that is always full. Nothing of it becomes a file. */
export async function failWrite(client: ClickHouseClient): Promise<void> {
  await client.command({ query: 'CREATE TABLE full (a UInt8) ENGINE = MergeTree ORDER BY ()' });
  const result = await client.query({
    query: "SELECT data_paths[1] FROM system.tables WHERE database = currentDatabase() AND name = 'full'",
    format: 'JSONCompactEachRow',
  });
  const [[folder] = ['']] = await result.json<[string]>();
  for (let number = 1; number <= MUTATION_NUMBERS; number++)
    symlinkSync('/dev/full', join(folder, `tmp_mutation_${number}.txt`));
  // It fails by the device, which takes no fsync: the write before it is what the engine counts.
  const ordered = client.command({
    query: 'ALTER TABLE full DELETE WHERE 0',
    clickhouse_settings: { mutations_sync: '0' },
  });
  await ordered.catch(() => undefined);
}
